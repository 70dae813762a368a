import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Why commits need not wait for the disk, and what guards against the machine's crash.
 *
 * A state is derived from the log: what a crash takes, a rebuild brings back. What must not happen is a state with holes.
 * The death of a process makes none: the system still has every page. The death of the machine may, so a state says in its
 * file `boot` during which boot of the machine it was written; a state from an earlier boot is thrown away, unless the file
 * says that everything was flushed, as it does after the services were stopped.
 *
 * Where the system does not name its boots (only Linux does), every commit is flushed instead, and the file says nothing.
 *
 * Invariant: while the file says "flushed", nothing unflushed has been committed. It changes both ways under LMDB's write
 * lock, which holds for all processes.
 */
export const BOOT_FILE = 'boot';

const FLUSHED = 'flushed';

/** A text that names this boot of the machine; undefined where the system does not tell. */
export const THIS_BOOT: string | undefined = readText('/proc/sys/kernel/random/boot_id');

/** Whether what was committed to this state is all there. */
export function isTrusted(directory: string): boolean {
  const written = readText(join(directory, BOOT_FILE));
  return THIS_BOOT === undefined || written === undefined || written === FLUSHED || written === THIS_BOOT;
}

/** Before a commit, under the write lock: from now on there may be unflushed pages. */
export function markUnflushed(directory: string): void {
  if (THIS_BOOT === undefined) return;
  const path = join(directory, BOOT_FILE);
  // An open state is trusted, so its mark is one of two, and its length tells which.
  if (statSync(path, { throwIfNoEntry: false })?.size !== THIS_BOOT.length) replaceDurably(path, THIS_BOOT);
}

/** Under the write lock: flushes what was committed, by whichever process, and says so. */
export function markFlushed(directory: string, dataFile: string): void {
  if (THIS_BOOT === undefined) return;
  flush(dataFile);
  replaceDurably(join(directory, BOOT_FILE), FLUSHED);
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
