import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { HASH_BYTES } from '../block.js';
import { unavailable } from '../damage.js';
import { damagedAt } from '../log-scan.js';
import type { Point } from '../point.js';
import { beginning, segmentPath } from '../segments.js';
import type { Tail } from '../tail.js';
import {
  deleteIndex,
  emptyReached,
  INDEX_FORMAT,
  type IndexDatabase,
  indexPath,
  openIndex,
  type Reached,
} from './database.js';
import { restoreSealed } from './seal.js';

/**
 * Opens the indexes of a log if they are of this log; makes empty ones otherwise.
 * @param rebuilding told why indexes that were there are not used
 * @throws StoreError `damaged` if the indexes prove that the log has lost or changed history that was acknowledged
 */
export async function openAgreeingIndex(
  directory: string,
  tail: Tail,
  rebuilding: (reason: string) => void,
): Promise<{ index: IndexDatabase; reached: Reached }> {
  const start = beginning(tail.logId);
  const index = openOrNothing(directory, rebuilding);
  const reached = index?.meta.get('reached');
  if (index !== undefined && reached !== undefined && isOf(reached, tail.logId)) {
    try {
      checkAgreement(directory, reached.point, tail.end);
    } catch (error) {
      await index.env.close();
      throw error;
    }
    return { index, reached };
  }
  if (index !== undefined) {
    if (reached !== undefined)
      rebuilding(reached.logId === tail.logId ? 'they have another layout' : 'they are of another log');
    await index.env.close();
  }
  deleteIndex(directory);
  return { index: openIndex(directory), reached: emptyReached(tail.logId, start) };
}

/** An index that stands where the log never was, or is no more. */
function checkAgreement(directory: string, reached: Point, end: Point): void {
  const advice = `to accept what is left, remove ${indexPath(directory)}`;
  if (reached.block > end.block)
    throw damagedAt(
      directory,
      end,
      `the log ends here, but its indexes go on to position ${reached.position}: acknowledged history is gone (${advice})`,
    );
  if (hashAt(directory, reached) !== reached.hash)
    throw damagedAt(
      directory,
      reached,
      `the block before is not the one that was indexed: acknowledged history has changed (${advice})`,
    );
}

function hashAt(directory: string, { segment, offset }: Point): string {
  const hash = Buffer.alloc(HASH_BYTES);
  const file = openSync(segmentPath(directory, segment), 'r');
  try {
    readSync(file, hash, 0, HASH_BYTES, offset - HASH_BYTES);
  } finally {
    closeSync(file);
  }
  return hash.toString('hex');
}

function isOf(reached: Reached, logId: string): boolean {
  return reached.format === INDEX_FORMAT && reached.logId === logId;
}

/** Undefined if there are none, or none that may be believed. */
function openOrNothing(directory: string, rebuilding: (reason: string) => void): IndexDatabase | undefined {
  if (!existsSync(indexPath(directory))) return undefined;
  try {
    const flaw = restoreSealed(directory);
    if (flaw === undefined) return openIndex(directory);
    rebuilding(flaw);
    return undefined;
  } catch (error) {
    throw unavailable(`cannot open the indexes in ${indexPath(directory)}`, error);
  }
}
