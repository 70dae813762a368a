import { link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.js';

/**
 * Makes a file that only this user may read, whole or not at all. Several processes may do so at once: each writes a draft of its own and
 * links it to the common name; the first one wins, nobody's file is replaced, and nobody ever sees half of one, also after a crash.
 * On disk when it is done: who uses the secret then finds it again after a power failure.
 * @param draft in the same folder, a name that nobody else uses
 * @throws the file system's error; not if the file is there already
 */
export async function makePrivateFile(path: string, draft: string, content: string): Promise<void> {
  const file = await open(draft, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(content);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
  // also if it is somebody else's: they may not have come so far
  await syncDirectory(dirname(path));
}

const OWNER_ONLY = 0o600;
