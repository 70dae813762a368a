import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HASH_BYTES } from './block.js';
import { damagedAt, scanLog } from './log-scan.js';
import type { Point } from './point.js';
import { listSegments, readSegmentHeader, segmentPath } from './segments.js';

/** Whole segments at the end of the log whose every byte is checked at each start; the others when they are read, and by `verify`. */
const SEGMENTS_CHECKED = 2;

export interface Tail {
  readonly logId: string;
  /** where the log ends */
  readonly end: Point;
  /** behind `end`, of a block that was never acknowledged: to be cut off before anything is appended */
  readonly tornBytes: number;
}

/**
 * Checks that the segments follow each other and that the newest ones are what was written. Reads only.
 * @returns undefined if there is no log
 * @throws StoreError `damaged`
 */
export function checkTail(directory: string): Tail | undefined {
  const segments = listSegments(directory);
  if (segments.length === 0) return undefined;
  const headers = segments.map((number) => readSegmentHeader(directory, number));
  const { logId } = headers[0]!;
  for (const [at, header] of headers.entries()) {
    if (header.logId !== logId) throw damagedAt(directory, header.start, 'this segment is of another log');
    if (at + 1 < headers.length) checkSealed(directory, header.start.segment, headers[at + 1]!.start);
  }
  const { start } = headers[Math.max(0, headers.length - SEGMENTS_CHECKED)]!;
  const blocks = scanLog(directory, start);
  for (;;) {
    const step = blocks.next();
    if (step.done) return { logId, ...step.value };
  }
}

/** A segment that is followed by another ends with the hash from which the other goes on. */
function checkSealed(directory: string, segment: number, next: Point): void {
  const hash = Buffer.alloc(HASH_BYTES);
  const file = openSync(segmentPath(directory, segment), 'r');
  try {
    readSync(file, hash, 0, HASH_BYTES, Math.max(0, fstatSync(file).size - HASH_BYTES));
  } finally {
    closeSync(file);
  }
  if (hash.toString('hex') !== next.hash)
    throw damagedAt(directory, next, `segment ${segment} does not end where this one goes on`);
}
