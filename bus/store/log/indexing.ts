import { foldRecord } from '../fold.js';
import { blockBytes } from './block.js';
import type { ScannedBlock } from './block-scan.js';
import type { IndexDatabase, Reached } from './index/database.js';
import { IndexBatch } from './index/index-batch.js';
import { scanLog } from './log-scan.js';
import type { Point } from './point.js';
import { readRecords } from './record-codec.js';

/** Gathered before it is written: enough that most work is joined, little enough for memory (about 1 KiB each). */
const STEP_WEIGHT_MAX = 20_000;

/**
 * Brings the indexes on by one transaction, from what they have reached towards `to`, a durable point.
 * @returns what they hold now
 * @throws StoreError `damaged`; the error of LMDB or of the file system otherwise. Then nothing was written
 */
export function indexStep(directory: string, index: IndexDatabase, reached: Reached, to: Point): Reached {
  if (reached.point.block >= to.block) return reached;
  const batch = new IndexBatch(reached);
  let point = reached.point;
  for (const block of scanLog(directory, point, to)) {
    foldBlock(block, batch);
    point = block.end;
    if (batch.weight >= STEP_WEIGHT_MAX) break;
  }
  return batch.commit(index, point);
}

function foldBlock({ header, payload, offset, end }: ScannedBlock, batch: IndexBatch): void {
  const { firstPosition, events, records } = header;
  let listed = events === 0;
  for (const record of readRecords(payload, records, firstPosition)) {
    if (!listed && record.kind === 'batch' && record.events.length > 0) {
      listed = true;
      batch.block(firstPosition, [end.segment, offset, blockBytes(header), events, record.events[0]!.time]);
    }
    foldRecord(record, batch);
  }
  batch.weight += records;
}
