import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { holdBreath } from '../breather.js';
import { type IndexDatabase, indexPath } from './database.js';
import { metaPagesOf, newestSnapshot, PageError, pagesOf, type Snapshot, snapshotIn } from './pages.js';

/**
 * The seal of the indexes: which snapshot of their file may be believed, and a sum of each of its pages. LMDB has no sums of its own, and
 * what it finds in a page it follows: a changed byte can be a wrong answer, or the end of the process.
 *
 * Invariants
 * - Indexes are opened as they were sealed: every page is read and its sum compared, and what was written after the seal is taken back
 *   (the log has it). No seal, or a page that differs: they are rebuilt.
 * - The pages of the sealed snapshot stay what they are, because a read transaction holds it, until the next seal is on disk.
 */
const SEAL = 'seal';
const SUMS = 'sums';
const SUM_BYTES = 8;
const DIGEST_BYTES = 32;

/** Why sealed indexes cannot be used; undefined if they can: then the file holds what was sealed, and nothing else. */
export function restoreSealed(directory: string): string | undefined {
  const flaw = flawOfSealed(directory);
  if (flaw !== undefined) return flaw;
  const snapshot = readSeal(directory)!;
  const file = openSync(dataPath(directory), 'r+');
  try {
    for (const [offset, page] of metaPagesOf(snapshot)) writeSync(file, page, 0, page.length, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return undefined;
}

/** What is wrong with the indexes that a running bus may be writing; undefined also if they are not sealed yet. Reads only. */
export function flawWhileWritten(directory: string): string | undefined {
  for (;;) {
    const seal = sealBytes(directory);
    if (seal === undefined) return undefined;
    const flaw = flawOfSealed(directory);
    // sealed anew meanwhile: pages of the former seal may have been used again
    if (flaw === undefined || sealBytes(directory)?.equals(seal) === true) return flaw;
  }
}

/** What is wrong with the seal or a sealed page, undefined if nothing is. Reads only, while nobody writes. */
export function flawOfSealed(directory: string): string | undefined {
  const snapshot = readSeal(directory);
  if (snapshot === undefined) return 'they are not sealed';
  if (!existsSync(dataPath(directory)) || !existsSync(sumsPath(directory))) return 'a file of theirs is gone';
  const file = openSync(dataPath(directory), 'r');
  try {
    const sums = readFileSync(sumsPath(directory));
    for (const { number, bytes } of pagesOf(file, snapshot, 0)) {
      const at = number * SUM_BYTES;
      if (!sumOf(bytes).equals(sums.subarray(at, at + SUM_BYTES)))
        return `page ${number} is not what was written`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof PageError) return error.message;
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Between two seals: what is newer than the seal is read from the log again after a crash. */
const INTERVAL_MS = 2000;

/** Seals indexes from time to time, for the one who writes them. */
export class Sealer {
  readonly #directory: string;
  readonly #index: IndexDatabase;
  /** of the sealed snapshot */
  #transaction: number;
  #held: { done(): void } | undefined;
  #sealedAt = Number.NEGATIVE_INFINITY;

  /**
   * Seals what there is. Whoever wrote before (another process, another thread) has held the sealed snapshot to the end, so its pages
   * are still what they were.
   * @throws the file system's error
   */
  constructor(directory: string, index: IndexDatabase) {
    this.#directory = directory;
    this.#index = index;
    this.#transaction = readSeal(directory)?.transaction ?? 0;
    this.#seal();
  }

  /**
   * To be called after a transaction: seals if it is time.
   * @param breathe called again and again in between
   */
  written(breathe: () => void = holdBreath): void {
    if (performance.now() - this.#sealedAt < INTERVAL_MS) return;
    this.#sealedAt = performance.now();
    try {
      this.#seal(breathe);
    } catch {
      // a full disk, perhaps: the former seal holds, and the next time is soon
    }
  }

  #seal(breathe = holdBreath): void {
    const held = this.#hold();
    try {
      this.#transaction = this.#write(breathe);
      this.#held?.done();
      this.#held = held;
    } catch (error) {
      held.done();
      throw error;
    }
  }

  /** Seals what there is, if it can. Before the indexes are closed. */
  close(): void {
    this.#sealedAt = Number.NEGATIVE_INFINITY;
    this.written();
    this.#held?.done();
    this.#held = undefined;
  }

  #hold(): { done(): void } {
    this.#index.env.resetReadTxn();
    return this.#index.env.useReadTransaction();
  }

  /** @returns the transaction that is sealed now */
  #write(breathe: () => void): number {
    const data = openSync(dataPath(this.#directory), 'r+');
    const sums = openSync(sumsPath(this.#directory), this.#transaction === 0 ? 'w' : 'r+');
    try {
      const snapshot = newestSnapshot(data);
      if (snapshot.transaction === this.#transaction) return this.#transaction;
      for (const { number, bytes } of pagesOf(data, snapshot, this.#transaction)) {
        writeSync(sums, sumOf(bytes), 0, SUM_BYTES, number * SUM_BYTES);
        breathe();
      }
      fdatasyncSync(data);
      fdatasyncSync(sums);
      writeSeal(this.#directory, snapshot);
      return snapshot.transaction;
    } finally {
      closeSync(data);
      closeSync(sums);
    }
  }
}

/** The meta page of the snapshot and a digest of it, put in place in one step. */
function writeSeal(directory: string, { meta }: Snapshot): void {
  const path = join(indexPath(directory), SEAL);
  const next = `${path}.next`;
  const file = openSync(next, 'w');
  try {
    writeSync(file, Buffer.concat([meta, digestOf(meta)]));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
}

/** Undefined if there is none, or none that is whole. */
function readSeal(directory: string): Snapshot | undefined {
  const bytes = sealBytes(directory);
  if (bytes === undefined) return undefined;
  const meta = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  return digestOf(meta).equals(bytes.subarray(meta.length)) ? snapshotIn(meta) : undefined;
}

function sealBytes(directory: string): Buffer | undefined {
  const path = join(indexPath(directory), SEAL);
  return existsSync(path) ? readFileSync(path) : undefined;
}

function dataPath(directory: string): string {
  return join(indexPath(directory), 'data.mdb');
}

function sumsPath(directory: string): string {
  return join(indexPath(directory), SUMS);
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function sumOf(page: Buffer): Buffer {
  return digestOf(page).subarray(0, SUM_BYTES);
}
