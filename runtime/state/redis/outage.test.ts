import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../common/log.js';
import { redisForTests } from '../../../test/support/redis.js';
import type { Commit } from '../state-store.js';
import { RedisStore } from './redis-store.js';

const redis = await redisForTests();

/** READY_WAIT_MS + COMMAND_MS of connection.ts, and what a busy machine takes. */
const BOUND_MS = 5000;

const unavailable = { name: 'StateStoreError', code: 'unavailable' };
const commit = (text: string): Commit => ({
  expect: [{ space: 'meta', key: 'generation', text: 'g1' }],
  writes: [{ op: 'set', space: 'data', key: 'k', text }],
});

async function bounded<T>(operation: Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await operation;
  } finally {
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
  }
}

describe.skipIf(redis === undefined || !redis.ours)('The Redis store, when the server', () => {
  let url: string;
  let store: RedisStore;

  beforeEach(async () => {
    url = await redis!.database();
    store = new RedisStore(url, 'accounts', silentLogger);
    await store.open();
    await store.commit({ expect: [], writes: [{ op: 'set', space: 'meta', key: 'generation', text: 'g1' }] });
  });
  afterEach(() => store.close());

  const answering = async () => {
    for (;;) {
      const answer = await store.get('data', 'k').catch(() => 'unavailable');
      if (answer !== 'unavailable') return answer;
      await sleep(5);
    }
  };

  it('is stopped, rejects every operation in bounded time, and works again when it is back', async () => {
    await redis!.stop();
    const operations: (() => Promise<unknown>)[] = [
      () => store.get('data', 'k'),
      () => store.commit(commit('1')),
      () => store.increment('n', 1),
      () => store.keys('*'),
      () => store.range('l', 0, -1),
      () => store.clear(),
    ];
    for (const operation of operations) await expect(bounded(operation())).rejects.toMatchObject(unavailable);
    await expect(bounded(Promise.all(operations.map((operation) => operation())))).rejects.toMatchObject(
      unavailable,
    );
    await redis!.start();
    // It came back empty: what expects the old state is refused.
    expect(await answering()).toBeUndefined();
    expect(await store.commit(commit('2'))).toMatchObject({ ok: false });
    expect(await store.increment('n', 1)).toBe(1);
  });

  it('is lost and found while nobody asks, says so by another epoch', async () => {
    const before = store.epoch();
    await store.get('data', 'k');
    expect(store.epoch()).toBe(before);
    await redis!.stop();
    await redis!.start();
    await answering();
    expect(store.epoch()).not.toBe(before);
  });

  it('does not answer, rejects every operation in bounded time, and goes on when it answers again', async () => {
    redis!.freeze();
    try {
      await expect(bounded(store.commit(commit('1')))).rejects.toMatchObject(unavailable);
      await expect(bounded(store.get('data', 'k'))).rejects.toMatchObject(unavailable);
    } finally {
      redis!.thaw();
    }
    await answering();
    expect(await store.commit(commit('2'))).toEqual({ ok: true });
    expect(await store.get('data', 'k')).toBe('2');
  });

  it('cuts the connection, never performs a commit twice', async () => {
    const admin = new Redis(url);
    try {
      let performed = 0;
      let rejected = 0;
      for (let round = 0; round < 20; round += 1) {
        const commits = Array.from({ length: 20 }, (_, n) =>
          store.commit({ expect: [], writes: [{ op: 'push', key: 'l', texts: [`${round}-${n}`] }] }),
        );
        // Heard from the start: some fail before the command is answered.
        const results = Promise.allSettled(commits);
        await admin.call('CLIENT', ['KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
        for (const result of await results) {
          if (result.status === 'fulfilled') performed += 1;
          else expect(result.reason).toMatchObject(unavailable);
          if (result.status === 'rejected') rejected += 1;
        }
        await store.increment('n', 1).catch(() => undefined);
        await answering();
      }
      const items = await store.range('l', 0, -1);
      expect(new Set(items).size).toBe(items.length);
      expect(items.length).toBeGreaterThanOrEqual(performed);
      expect(items.length).toBeLessThanOrEqual(performed + rejected);
      expect(rejected).toBeGreaterThan(0);
    } finally {
      admin.disconnect();
    }
  });

  it('loses everything while it runs, is an empty store', async () => {
    const admin = new Redis(url);
    await store.commit(commit('1'));
    await admin.flushall();
    await admin.script('FLUSH');
    admin.disconnect();
    expect(await store.commit(commit('2'))).toEqual({
      ok: false,
      conflict: { space: 'meta', key: 'generation', text: 'g1' },
    });
    expect(await store.get('data', 'k')).toBeUndefined();
    expect(await store.increment('n', 1)).toBe(1);
  });

  it('is read by people, shows plain values under plain keys', async () => {
    await store.commit({
      expect: [],
      writes: [
        { op: 'set', space: 'data', key: 'account-7', text: '{"balance":100}' },
        { op: 'push', key: 'statement-7', texts: ['{"amount":1}', '{"amount":2}'] },
        { op: 'set', space: 'mark', key: 'acc-7', text: '12' },
        { op: 'set', space: 'outbox', key: 'batch', text: '[]' },
        { op: 'set', space: 'answer', key: 'key', text: '{}', ttlMs: 60_000 },
        { op: 'set', space: 'data', key: '~mark', text: '"mine"' },
      ],
    });
    await store.increment('next', 3);
    const people = new Redis(url);
    try {
      expect(await people.get('accounts:account-7')).toBe('{"balance":100}');
      expect(await people.lrange('accounts:statement-7', 0, -1)).toEqual(['{"amount":1}', '{"amount":2}']);
      expect(await people.get('accounts:next')).toBe('3');
      expect(await people.hgetall('accounts:~mark')).toEqual({ 'acc-7': '12' });
      expect(await people.hgetall('accounts:~outbox')).toEqual({ batch: '[]' });
      expect(await people.get('accounts:~meta:generation')).toBe('g1');
      expect(await people.pttl('accounts:~answer:key')).toBeGreaterThan(50_000);
      expect(await people.get('accounts:~~mark')).toBe('"mine"');
      expect(await people.dbsize()).toBe(8);
    } finally {
      people.disconnect();
    }
  });
});
