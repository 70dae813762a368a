import { beforeEach, describe, expect, it } from 'vitest';
import type { EventStore, LogRecord } from '../store/event-store.js';
import { AppendQueue } from './append-queue.js';

const record: LogRecord = { kind: 'started', incarnation: 1, time: 0 };

/** A store whose appends are settled by hand. */
class HeldStore {
  readonly calls: { records: readonly LogRecord[]; keep: () => void; refuse: (why: string) => void }[] = [];

  append(records: readonly LogRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.calls.push({ records, keep: resolve, refuse: (why) => reject(new Error(why)) });
    });
  }
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('the append queue', () => {
  let store: HeldStore;
  let heard: string[];
  let queue: AppendQueue;

  beforeEach(() => {
    store = new HeldStore();
    heard = [];
    queue = new AppendQueue(store as unknown as EventStore, {
      durable: (append) => heard.push(`durable ${append}`),
      failed: (append) => heard.push(`failed ${append}`),
    });
  });

  it('joins the effects of a turn into one append and reports the last of them', async () => {
    queue.add(1, [record]);
    queue.add(2, [record, record]);
    queue.flush();
    expect(store.calls.map(({ records }) => records.length)).toEqual([3]);
    store.calls[0]?.keep();
    await settled();
    expect(heard).toEqual(['durable 2']);
    expect(queue.idle).toBe(true);
  });

  it('reports in append order even if the store answers out of order', async () => {
    for (const append of [1, 2]) {
      queue.add(append, [record]);
      queue.flush();
    }
    store.calls[1]?.keep();
    await settled();
    expect(heard).toEqual([]);
    store.calls[0]?.keep();
    await settled();
    expect(heard).toEqual(['durable 1', 'durable 2']);
  });

  it('reports a failure once for everything issued until then, also for what was only gathered', async () => {
    for (const append of [1, 2]) {
      queue.add(append, [record]);
      queue.flush();
    }
    queue.add(3, [record]);
    store.calls[0]?.refuse('disk full');
    store.calls[1]?.refuse('disk full');
    await settled();
    queue.flush();
    expect(heard).toEqual(['failed 1']);
    expect(store.calls).toHaveLength(2);
    expect(queue.waitingBytes).toBe(0);
  });

  it('gives the store nothing new until every append made before the failure is refused', async () => {
    for (const append of [1, 2]) {
      queue.add(append, [record]);
      queue.flush();
    }
    store.calls[0]?.refuse('disk full');
    await settled();
    queue.add(3, [record]);
    queue.flush();
    expect(store.calls).toHaveLength(2);
    store.calls[1]?.refuse('disk full');
    await settled();
    expect(store.calls).toHaveLength(3);
    store.calls[2]?.keep();
    await settled();
    expect(heard).toEqual(['failed 1', 'durable 3']);
  });

  it('knows how much waits', async () => {
    queue.add(1, [record]);
    expect(queue.waitingBytes).toBeGreaterThan(0);
    queue.flush();
    expect(queue.waitingBytes).toBeGreaterThan(0);
    store.calls[0]?.keep();
    await settled();
    expect(queue.waitingBytes).toBe(0);
  });
});
