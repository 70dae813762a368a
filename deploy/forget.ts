/** `--fresh`: deletes what Autokrator keeps below a data folder, and nothing else that may be there. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDirectory } from '../common/directory-lock.js';
import { makeDirectory } from '../common/make-directory.js';

const LOG = 'log';
const BESIDE_THE_LOG = ['state', 'keys', 'rights.json', 'demonstration.json', 'operators'];
const LOCK = /^lock\./;

/**
 * Deletes under the log's lock, as a bus that runs holds it, wherever it listens: what a running system keeps stays untouched. The folder of
 * the log stays, with the lock in it, so that no bus can begin a new one meanwhile.
 * @throws DirectoryInUse naming the process that holds the log; then nothing was deleted
 */
export async function forget(data: string): Promise<void> {
  const log = join(data, LOG);
  makeDirectory(log);
  const lock = await lockDirectory(log);
  try {
    const inLog = (await readdir(log)).filter((name) => !LOCK.test(name)).map((name) => join(LOG, name));
    for (const part of [...BESIDE_THE_LOG, ...inLog])
      await rm(join(data, part), { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}
