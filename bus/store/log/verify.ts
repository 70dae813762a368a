import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreError } from '../event-store.js';
import { disagreement, type IndexSnapshot } from './index/comparison.js';
import { indexPath, openIndex } from './index/database.js';
import { ExpectedIndex } from './index/expected-index.js';
import { flawWhileWritten } from './index/seal.js';
import { foldBlock } from './indexing.js';
import { LogCheck } from './log-check.js';
import { damagedAt, scanLog } from './log-scan.js';
import type { Point } from './point.js';
import { segmentOf } from './reader.js';
import { recordsOf } from './record-codec.js';
import { listSegments } from './segments.js';

/** What was found in order. */
export interface VerifyReport {
  readonly logId: string;
  readonly segments: number;
  readonly blocks: number;
  readonly records: number;
  readonly events: number;
  readonly keys: number;
  /** SHA-256 of the last block, which stands for the whole log up to it */
  readonly hash: string;
  /** bytes behind the last whole block: torn, or being written by a running bus */
  readonly unfinishedBytes: number;
  /** the position up to which the indexes agree with the log; undefined if there are none */
  readonly indexedPosition: number | undefined;
}

/** Events between two pauses, in which others may run. */
const EVENTS_PER_TURN = 5000;

/**
 * Checks all of a log: every byte against the chain of hashes, that positions and the values of each key have no gap, that time does not
 * run backwards, and that the indexes hold exactly what the log gives. Reads only; a bus may be running on it (it then is checked up
 * to where it stood).
 * @throws StoreError `damaged` naming the first thing that is wrong and where; `unavailable` if there is no log
 */
export async function verify(
  directory: string,
  progress: (share: number) => void = () => undefined,
): Promise<VerifyReport> {
  const { logId, start } = segmentOf(directory, 0);
  const snapshot = snapshotOf(directory, logId);
  try {
    return await check(directory, logId, start, snapshot, progress);
  } finally {
    snapshot?.transaction.done();
    await snapshot?.index.env.close();
  }
}

async function check(
  directory: string,
  logId: string,
  start: Point,
  snapshot: IndexSnapshot | undefined,
  progress: (share: number) => void,
): Promise<VerifyReport> {
  const segments = listSegments(directory).length;
  const expected = new ExpectedIndex();
  const log = new LogCheck(directory);
  const compare = (): void => {
    const part = snapshot && disagreement(snapshot, expected);
    if (part !== undefined)
      throw new StoreError(
        'damaged',
        `the indexes do not agree with the log: ${part} (stop the bus and remove ${indexPath(directory)}: they are rebuilt)`,
      );
  };
  const indexed = snapshot?.reached.point.block ?? 0;
  if (indexed === 0) compare();
  let records = 0;
  let sincePause = 0;
  const blocks = scanLog(directory, start);
  for (let step = blocks.next(); ; step = blocks.next()) {
    if (step.done) {
      const { end, tornBytes } = step.value;
      if (indexed > end.block) throw damagedAt(directory, end, 'the indexes go on, the log does not');
      return {
        logId,
        segments,
        blocks: end.block,
        records,
        events: end.position,
        keys: log.keys,
        hash: end.hash,
        unfinishedBytes: tornBytes,
        indexedPosition: snapshot?.reached.point.position,
      };
    }
    const block = step.value;
    const content = recordsOf(block);
    records += content.length;
    log.check(block, content);
    if (block.header.number <= indexed) foldBlock(block, content, expected);
    if (block.header.number === indexed) compare();
    sincePause += 1 + block.header.events;
    if (sincePause < EVENTS_PER_TURN) continue;
    sincePause = 0;
    progress(block.end.segment / (segments + 1));
    await nextTurn();
  }
}

/** Undefined if there are no indexes, or only those of another log, which the next start will replace. */
function snapshotOf(directory: string, logId: string): IndexSnapshot | undefined {
  if (!existsSync(indexPath(directory))) return undefined;
  const flaw = flawWhileWritten(directory);
  if (flaw !== undefined)
    throw new StoreError(
      'damaged',
      `the indexes are damaged: ${flaw} (stop the bus and remove ${indexPath(directory)}: they are rebuilt)`,
    );
  const index = openIndex(directory, { readOnly: true });
  const transaction = index.env.useReadTransaction();
  const reached = index.meta.get('reached', { transaction });
  if (reached?.logId === logId) return { index, reached, transaction };
  transaction.done();
  void index.env.close();
  return undefined;
}
