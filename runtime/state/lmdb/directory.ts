import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StateStoreError } from '../state-store.js';
import { BOOT_FILE, isTrusted, THIS_BOOT } from './boot.js';

/**
 * The directory of one state: `data.mdb`, `lock.mdb`, `boot`. It may be deleted while processes use it.
 *
 * Invariant: a data file is never used with two lock files at once, which would let two writers in. So a new state appears
 * whole, by the renaming of a directory, and a directory that has lost a file is never completed while services run.
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
 * gone or cannot be trusted after a crash of the machine.
 * @param running whether this process had the state open before: then others may have it open still
 * @throws StateStoreError `unavailable` while it is being deleted
 */
export function prepareDirectory(directory: string, running: boolean): void {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const hasData = inode(join(directory, DATA)) !== undefined;
    const hasLock = inode(join(directory, LOCK)) !== undefined;
    if (hasData && running && !hasLock)
      throw new StateStoreError('unavailable', `${join(directory, LOCK)} was deleted while services run`);
    if (hasData && isTrusted(directory)) return;
    removeDirectory(directory);
    createDirectory(directory);
  }
  throw new StateStoreError('unavailable', `${directory} is being deleted`);
}

const ATTEMPTS_MAX = 5;

/** Renamed first, so that nobody opens what is half removed. */
function removeDirectory(directory: string): void {
  const aside = asideOf(directory);
  try {
    renameSync(directory, join(aside, 'removed'));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** LMDB takes empty files for a new environment. If another process is first, its directory stays. */
function createDirectory(directory: string): void {
  const aside = asideOf(directory);
  try {
    const made = join(aside, 'made');
    mkdirSync(made);
    writeFileSync(join(made, DATA), '');
    writeFileSync(join(made, LOCK), '');
    writeFileSync(join(made, BOOT_FILE), THIS_BOOT ?? '');
    renameSync(made, directory);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** A new directory beside it, on the same file system. */
function asideOf(directory: string): string {
  mkdirSync(dirname(directory), { recursive: true });
  return mkdtempSync(join(dirname(directory), `.${basename(directory)}-`));
}

function inode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
