import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '../../../common/make-directory.js';
import { StateStoreError } from '../state-store.js';
import { BOOT_FILE, THIS_BOOT, whyNotTrusted } from './boot.js';

/**
 * The directory of one state: `data.mdb`, `lock.mdb`, `boot`. It may be deleted while processes use it, and several processes
 * may notice that at once.
 *
 * Invariants
 * - A data file is never used with two lock files at once, which would let two writers in: a new state appears whole, by the
 *   renaming of a directory, and one that has lost a file while services ran is replaced, not completed.
 * - A directory is replaced only by the process that holds the replacement lock, and only if it is still of no use then: what
 *   another process has just put there stays.
 */
export const DATA = 'data.mdb';
const LOCK = 'lock.mdb';

/** Which files a state consists of; changes when they are deleted and made again. */
export interface Identity {
  readonly data: number;
  readonly lock: number;
}

export function identityOf(directory: string): Identity | undefined {
  const data = inode(join(directory, DATA));
  const lock = inode(join(directory, LOCK));
  return data === undefined || lock === undefined ? undefined : { data, lock };
}

/**
 * Makes the directory ready to be opened: keeps the state that is there, or puts an empty one in its place when its data is
 * gone or cannot be trusted.
 * @param running whether this process had the state open before: then others may have it open still
 * @param thrownAway is told why a state was
 * @throws StateStoreError `unavailable` while others are at it
 */
export function prepareDirectory(
  directory: string,
  running: boolean,
  thrownAway: (reason: string) => void,
): void {
  if (isUsable(directory, running)) return;
  makeDirectory(dirname(directory));
  const release = lockReplacement(directory);
  try {
    if (isUsable(directory, running)) return;
    const reason = hasData(directory) ? whyNotTrusted(directory, join(directory, DATA)) : undefined;
    replace(directory);
    if (reason !== undefined) thrownAway(reason);
  } finally {
    release();
  }
}

function isUsable(directory: string, running: boolean): boolean {
  const hasLock = inode(join(directory, LOCK)) !== undefined;
  // A copy of the data file alone is a state; one whose lock file was deleted under a running service may be locked by others.
  return (
    hasData(directory) &&
    (hasLock || !running) &&
    whyNotTrusted(directory, join(directory, DATA)) === undefined
  );
}

function hasData(directory: string): boolean {
  return inode(join(directory, DATA)) !== undefined;
}

/** The old one is renamed before it is removed, so that nobody opens what is half gone. LMDB takes empty files for a new state. */
function replace(directory: string): void {
  const aside = mkdtempSync(asideName(directory, ''));
  try {
    const made = join(aside, 'made');
    mkdirSync(made);
    writeFileSync(join(made, DATA), '');
    writeFileSync(join(made, LOCK), '');
    writeFileSync(join(made, BOOT_FILE), THIS_BOOT ?? '');
    if (inode(directory) !== undefined) renameSync(directory, join(aside, 'removed'));
    renameSync(made, directory);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** How long a replacement may be waited for; it takes some milliseconds. The event loop stands still meanwhile. */
const LOCK_WAIT_MS = 200;
/** A replacement that is older has died. */
const LOCK_STALE_MS = 5000;

/** A directory can be made by only one process. Returns how to give the lock back. */
function lockReplacement(directory: string): () => void {
  const path = asideName(directory, 'replacing');
  const givenUp = performance.now() + LOCK_WAIT_MS;
  while (!isMade(path)) {
    if (ageMs(path) > LOCK_STALE_MS) rmSync(path, { recursive: true, force: true });
    else if (performance.now() > givenUp)
      throw new StateStoreError('unavailable', `${directory} is being replaced by another process`);
    else pause(1);
  }
  return () => rmSync(path, { recursive: true, force: true });
}

function isMade(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** 0 if there is nothing */
function ageMs(path: string): number {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made === undefined ? 0 : performance.timeOrigin + performance.now() - made;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Beside it, on the same file system. */
function asideName(directory: string, suffix: string): string {
  return join(dirname(directory), `.${basename(directory)}-${suffix}`);
}

function inode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
