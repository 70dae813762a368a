import type { BatchRecord, LogRecord } from '../event-store.js';
import { type FoldTarget, foldRecord } from '../fold.js';
import { blockBytes } from './block.js';
import type { ScannedBlock } from './block-scan.js';
import { holdBreath } from './breather.js';
import type { BlockRow, IndexDatabase, Reached } from './index/database.js';
import { IndexBatch } from './index/index-batch.js';
import { scanLog } from './log-scan.js';
import type { Point } from './point.js';
import { recordsWithoutData } from './record-codec.js';

/** Gathered before it is written: enough that most work is joined, little enough for memory (some hundred bytes each). */
const STEP_WEIGHT_MAX = 30_000;

/**
 * Brings the indexes on by one transaction, from what they have reached towards `to`, a durable point.
 * @param breathe called again and again in between
 * @returns what they hold now
 * @throws StoreError `damaged`; the error of LMDB or of the file system otherwise. Then nothing was written
 */
export function indexStep(
  directory: string,
  index: IndexDatabase,
  reached: Reached,
  to: Point,
  breathe: () => void = holdBreath,
): Reached {
  if (reached.point.block >= to.block) return reached;
  const batch = new IndexBatch(reached);
  let point = reached.point;
  for (const block of scanLog(directory, point, to)) {
    foldBlock(block, recordsWithoutData(block), batch);
    batch.weight += block.header.records;
    point = block.end;
    if (batch.weight >= STEP_WEIGHT_MAX) break;
    breathe();
  }
  return batch.commit(index, point, breathe);
}

/** A target that is also told where blocks stand. */
export interface IndexTarget extends FoldTarget {
  /** a block with events */
  block(firstPosition: number, row: BlockRow): void;
}

/** @param records of the block */
export function foldBlock(
  { header, offset, end }: ScannedBlock,
  records: readonly LogRecord[],
  target: IndexTarget,
): void {
  const first = records.find(
    (record): record is BatchRecord => record.kind === 'batch' && record.events.length > 0,
  );
  if (first !== undefined) {
    const { time } = first.events[0]!;
    target.block(header.firstPosition, [end.segment, offset, blockBytes(header), header.events, time]);
  }
  for (const record of records) foldRecord(record, target);
}
