import { type ScannedBlock, scanBlock } from './block-scan.js';
import { ByteWindow } from './byte-window.js';
import { damaged } from './damage.js';
import type { Point } from './point.js';
import { listSegments, readSegmentHeader, segmentPath } from './segments.js';

export interface ScanEnd {
  /** the end of the last whole block */
  readonly end: Point;
  /** bytes behind it that belong to no whole block */
  readonly tornBytes: number;
}

/**
 * The blocks of a log from a point on, in order, each checked. Ends at the last whole block: what is behind it is torn, or being
 * written right now by a running bus. Reads only.
 * @param upTo the end of a block, behind which nothing is looked at
 * @throws StoreError `damaged` naming file, offset and position
 */
export function* scanLog(directory: string, from: Point, upTo?: Point): Generator<ScannedBlock, ScanEnd> {
  const newest = upTo?.segment ?? listSegments(directory).at(-1) ?? from.segment;
  let point = from;
  for (;;) {
    const last = point.segment === newest;
    const { end, tornBytes } = yield* scanSegment(directory, point, last ? upTo?.offset : undefined);
    point = end;
    if (last) return { end, tornBytes };
    if (tornBytes > 0)
      throw damagedAt(directory, end, 'a block is cut off, although more of the log follows');
    point = nextSegment(directory, point);
  }
}

function* scanSegment(directory: string, from: Point, upTo?: number): Generator<ScannedBlock, ScanEnd> {
  const file = new ByteWindow(segmentPath(directory, from.segment), upTo);
  try {
    for (let point = from; ; ) {
      const scan = scanBlock(file, point);
      if (scan.kind === 'damaged') throw damagedAt(directory, point, scan.what);
      if (scan.kind !== 'block') return { end: point, tornBytes: file.size - point.offset };
      yield scan.block;
      point = scan.block.end;
    }
  } finally {
    file.close();
  }
}

/** The first point of the segment behind `end`. @throws StoreError `damaged` if it does not follow it */
export function nextSegment(directory: string, end: Point): Point {
  const { start } = readSegmentHeader(directory, end.segment + 1);
  if (start.block !== end.block || start.position !== end.position || start.hash !== end.hash)
    throw damagedAt(directory, start, 'this segment does not follow the one before');
  return start;
}

export function damagedAt(directory: string, { segment, offset, position }: Point, what: string): Error {
  return damaged(segmentPath(directory, segment), offset, position, what);
}
