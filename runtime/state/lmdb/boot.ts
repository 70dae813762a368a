import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Why commits need not wait for the disk, and what guards against the machine's crash.
 *
 * A state is derived from the log: what a crash takes, a rebuild brings back. What must not happen is a state with holes.
 * The death of a process makes none: the system still has every page. The death of the machine may, so a state says in its
 * file `boot` during which boot of the machine it was written; a state from an earlier boot is thrown away, unless the file
 * says that everything was flushed, as it does after the services were stopped.
 *
 * With "flushed" stands a sum of the data file. LMDB has no sums, and what it finds in a page it follows: a changed byte would be a
 * wrong answer, or the end of the process at every start. A state that is not what was left when the services were stopped is thrown
 * away too. After a crash of a service there is no sum: what changes in the file until the next start is not found.
 *
 * Where the system does not name its boots (only Linux does), every commit is flushed instead, and the file says nothing.
 *
 * Invariant: while the file says "flushed", nothing has been committed since. It changes both ways under LMDB's write lock, which holds
 * for all processes.
 */
export const BOOT_FILE = 'boot';

const FLUSHED = 'flushed';

/** A text that names this boot of the machine; undefined where the system does not tell. */
export const THIS_BOOT: string | undefined = readText('/proc/sys/kernel/random/boot_id');

/** What the file says of a state now; undefined = there is none. */
export function markOf(directory: string): string | undefined {
  return readText(join(directory, BOOT_FILE));
}

/**
 * Why what was committed to this state may not all be there; undefined = it is, as far as can be known. Holds as long as the mark does.
 * @param mark of the state, read before
 */
export function whyNotTrusted(mark: string | undefined, dataFile: string): string | undefined {
  if (THIS_BOOT === undefined || mark === undefined || mark === THIS_BOOT) return undefined;
  const [state, sum] = mark.split(' ');
  if (state !== FLUSHED) return 'the machine was started anew while it was written';
  if (sum === undefined || sum === sumOf(dataFile)) return undefined;
  return 'its file is not what was left when the service was stopped';
}

/** Before a commit, under the write lock: from now on there may be unflushed pages. */
export function markUnflushed(directory: string): void {
  if (THIS_BOOT === undefined) return;
  const path = join(directory, BOOT_FILE);
  // An open state is trusted, so its mark is this boot or "flushed" with a sum, and its length tells which.
  if (statSync(path, { throwIfNoEntry: false })?.size !== THIS_BOOT.length) replaceDurably(path, THIS_BOOT);
}

/** Under the write lock: flushes what was committed, by whichever process, and says so. */
export function markFlushed(directory: string, dataFile: string): void {
  if (THIS_BOOT === undefined) return;
  flush(dataFile);
  replaceDurably(join(directory, BOOT_FILE), `${FLUSHED} ${sumOf(dataFile)}`);
}

const CHUNK_BYTES = 1 << 20;

/** By plain reads: a mapped file that was cut short would end the process. */
function sumOf(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('base64url');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function replaceDurably(path: string, text: string): void {
  const next = `${path}.next`;
  const file = openSync(next, 'w');
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
  flush(dirname(path));
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
