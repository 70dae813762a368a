import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Records } from '../testing/samples.js';
import { emptyReached, openIndex } from './index/database.js';
import { IndexFollower } from './index-follower.js';
import { type Indexer, WorkerIndexer } from './indexer.js';
import { beginning } from './segments.js';
import { checkTail } from './tail.js';
import { type CompiledStore, compileStore } from './testing/compiled.js';
import { TemporaryLog } from './testing/temporary-log.js';
import { verify } from './verify.js';

describe('the indexing thread', () => {
  let compiled: CompiledStore;
  let log: TemporaryLog;

  beforeAll(() => {
    compiled = compileStore();
  });

  afterAll(() => compiled.remove());

  beforeEach(async () => {
    log = await TemporaryLog.create();
    await log.write(new Records().batches(5, { owedTo: ['loyalty'] }).map((batch) => [batch]));
    await log.removeIndex();
  });

  afterEach(() => log.remove());

  it('writes the indexes, seen by the thread that has them open too', async () => {
    const { logId, end } = checkTail(log.directory)!;
    const index = openIndex(log.directory);
    const indexer = new WorkerIndexer(log.directory, compiled.path('indexer-worker'));
    const blocks = log.blocks();
    let reached = await indexer.step(emptyReached(logId, beginning(logId)), blocks[1]!.end);
    index.env.resetReadTxn();
    expect(index.keys.get('acc-1')?.[0]).toBe(1);
    reached = await indexer.step(reached, end);
    index.env.resetReadTxn();
    expect(index.keys.get('acc-1')?.[0]).toBe(4);
    expect(index.meta.get('reached')).toEqual(reached);
    await indexer.close();
    await index.env.close();
    expect(await verify(log.directory)).toMatchObject({ indexedPosition: 5 });
  });

  it('says what is wrong, and goes on when it is not any more', async () => {
    const { logId, end } = checkTail(log.directory)!;
    const indexer = new WorkerIndexer(log.directory, compiled.path('indexer-worker'));
    const start = emptyReached(logId, beginning(logId));
    const wrong = { ...start, point: { ...start.point, offset: 120 } };
    await expect(indexer.step(wrong, end)).rejects.toThrow(/is damaged/);
    expect((await indexer.step(start, end)).point).toEqual(end);
    await indexer.close();
  });

  it('that cannot start is a failed step, and may be tried again', async () => {
    const { logId, end } = checkTail(log.directory)!;
    const indexer = new WorkerIndexer(log.directory, compiled.path('no-such-file'));
    const start = emptyReached(logId, beginning(logId));
    await expect(indexer.step(start, end)).rejects.toThrow(/thread ended/);
    await expect(indexer.step(start, end)).rejects.toThrow(/thread ended/);
    await indexer.close();
  });
});

describe('following the log', () => {
  const start = beginning('a log');
  const pointAt = (block: number) => ({ ...start, block });

  it('tries a failed step again, says so, and reports each success', async () => {
    const reached: number[] = [];
    const failures: unknown[] = [];
    let failing = true;
    const indexer: Indexer = {
      step: async (from, to) => {
        if (failing) throw new Error('no space');
        return { ...from, point: to };
      },
      close: async () => {},
    };
    const follower = new IndexFollower(indexer, emptyReached('a log', start), {
      intervalMs: 0,
      advanced: ({ point }) => reached.push(point.block),
      failed: (error) => {
        failures.push(error);
        failing = false;
      },
    });
    follower.follow(pointAt(3));
    await expect.poll(() => reached, { timeout: 5000 }).toEqual([3]);
    expect(failures).toHaveLength(1);
    follower.follow(pointAt(4));
    await expect.poll(() => reached).toEqual([3, 4]);
    await follower.stop();
  });

  it('ends soon when it is stopped while it pauses', async () => {
    const indexer: Indexer = { step: () => expect.fail('too early'), close: async () => {} };
    const follower = new IndexFollower(indexer, emptyReached('a log', start), {
      intervalMs: 3_600_000,
      advanced: () => undefined,
      failed: () => undefined,
    });
    follower.follow(pointAt(1));
    await follower.stop();
    expect(follower.reached.point.block).toBe(0);
  });
});
