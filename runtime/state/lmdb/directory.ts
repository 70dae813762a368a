import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemClock } from '../../../common/clock.js';
import { StateStoreError } from '../state-store.js';
import { BOOT_FILE, markOf, THIS_BOOT, whyNotTrusted } from './boot.js';
import { whyNotReadable } from './meta-pages.js';

/**
 * The directory of one state: `data.mdb`, `lock.mdb`, `boot`. It may be deleted while processes use it, and several processes
 * may notice that at once.
 *
 * Invariants
 * - A data file is never used with two lock files at once, which would let two writers in: a new state appears whole, by the
 *   renaming of a directory, and one that has lost a file while services ran is replaced, not completed.
 * - One process at a time opens, closes or replaces it. It is replaced only if it is of no use then: what another process has just
 *   put there stays.
 */
export const DATA = 'data.mdb';
const LOCK = 'lock.mdb';

/** Which files a state consists of; changes when they are deleted and made again. */
export interface Identity {
  readonly data: number;
  readonly lock: number;
}

export function identityOf(directory: string): Identity | undefined {
  const { data, lock } = inodesIn(directory);
  return data === undefined || lock === undefined ? undefined : { data, lock };
}

function inodesIn(directory: string) {
  return { data: inode(join(directory, DATA)), lock: inode(join(directory, LOCK)) };
}

export function isSame(one: Identity | undefined, other: Identity | undefined): boolean {
  return one !== undefined && one.data === other?.data && one.lock === other.lock;
}

/** A look at a state, which takes the time of reading its file: what was found, and by what is known whether it is still so. */
export interface Look {
  /** Why the state cannot be opened as it is; undefined = it can. */
  readonly flaw: string | undefined;
  readonly data: number | undefined;
  readonly lock: number | undefined;
  readonly mark: string | undefined;
}

/** @param running whether this process had the state open before: then others may have it open still */
export function lookAt(directory: string, running: boolean): Look {
  const file = join(directory, DATA);
  const seen = { ...inodesIn(directory), mark: markOf(directory) };
  // A copy of the data file alone is a state; one whose lock file was deleted under a running service may be locked by others.
  const flaw =
    seen.data === undefined
      ? 'there is none'
      : running && seen.lock === undefined
        ? 'its lock file was deleted'
        : (whyNotTrusted(seen.mark, file) ?? whyNotReadable(file));
  return { flaw, ...seen };
}

/**
 * Opens a state, or the empty one that is put in its place when its data is gone or cannot be trusted. LMDB gets it by names that nobody
 * else knows: it opens one file after the other, and if the second one is deleted in between, lmdb-js ends the process (meta-pages.ts).
 * Only for whoever has it alone.
 * @param thrownAway is told why a state was
 * @param open gets a directory that is gone afterwards
 * @returns undefined if it is not any more as it was seen
 * @throws if the files are deleted at this moment
 */
export function openDirectory<T>(
  directory: string,
  look: Look,
  thrownAway: (reason: string) => void,
  open: (path: string, identity: Identity) => T,
): T | undefined {
  const { data, lock } = inodesIn(directory);
  if (data !== look.data || lock !== look.lock || markOf(directory) !== look.mark) return undefined;
  if (look.flaw !== undefined) {
    replace(directory);
    if (data !== undefined) thrownAway(look.flaw);
  } else if (lock === undefined) writeFileSync(join(directory, LOCK), '');
  const path = mkdtempSync(asideName(directory, ''));
  try {
    for (const file of [DATA, LOCK]) linkSync(join(directory, file), join(path, file));
    return open(path, identityOf(path)!);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
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

/** Another process opens, closes or replaces the state: a matter of milliseconds, unless it died of it. */
export class StateInUse extends StateStoreError {}

/** How long others may be waited for; the event loop stands still meanwhile. */
const LOCK_WAIT_MS = 200;
/** Who has held it for longer has died. */
const LOCK_STALE_MS = 5000;

/**
 * Does something while no other process opens, closes or replaces this state. Opening has to be kept from closing: who closes an
 * LMDB environment last destroys the mutexes in the lock file, and who opens it in that moment would go on with what is left of them.
 * A directory can be made by only one process.
 * @throws StateInUse
 */
export function alone<T>(directory: string, work: () => T): T {
  const path = inUsePath(directory);
  const givenUp = performance.now() + LOCK_WAIT_MS;
  while (!isMade(path)) {
    if (Math.abs(ageMs(path)) > LOCK_STALE_MS) rmSync(path, { recursive: true, force: true });
    else if (performance.now() > givenUp)
      throw new StateInUse('unavailable', `${directory} is being opened or closed by another process`);
    else pause(1);
  }
  try {
    return work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Whether somebody does now. */
export function isInUse(directory: string): boolean {
  return inode(inUsePath(directory)) !== undefined;
}

function inUsePath(directory: string): string {
  return asideName(directory, 'in-use');
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

/** By the clock that files get their times from, which may be set: then below 0. 0 if there is nothing. */
function ageMs(path: string): number {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made === undefined ? 0 : systemClock.now() - made;
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
