import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLogger } from '../../../common/log.js';
import { redisForTests } from '../../../test/support/redis.js';
import { RedisServer } from '../../../test/support/redis-server.js';
import type { Commit } from '../state-store.js';
import { RedisStore } from './redis-store.js';

const redis = await redisForTests();

/** Ends within the command that writes the mark: two whole commands of the transaction stand before it. */
const CUT_BYTES = 40;

const commit: Commit = {
  expect: [],
  writes: [
    { op: 'set', space: 'data', key: 'account', text: '24' },
    { op: 'push', key: 'statement', texts: ['entry 24'] },
    { op: 'set', space: 'mark', key: 'acc-1', text: '24' },
  ],
};

describe.skipIf(redis === undefined || !redis.ours)(
  'A Redis server whose file was cut off within a transaction',
  () => {
    it('does not carry half of it out when it is started once more', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'autokrator-redis-'));
      const server = await RedisServer.start(folder, { appendOnly: true });
      const store = new RedisStore(server.url(0), 'accounts', silentLogger);
      const observer = new Redis(server.url(0), { lazyConnect: true, maxRetriesPerRequest: null });
      onTestFinished(async () => {
        store.close();
        observer.disconnect();
        await server.stop();
        await rm(folder, { recursive: true });
      });
      await store.open();
      const settled = () => expect.poll(() => observer.info(), { timeout: 10_000 }).toMatch(writtenAnew);
      await observer.connect();
      await settled();
      await store.commit(commit);

      await server.stop();
      server.loseTail(CUT_BYTES);
      await server.start();
      await expect.poll(() => store.length('statement').catch(() => 'away'), { timeout: 10_000 }).toBe(0);
      await settled();
      await store.commit(commit);

      await server.stop();
      await server.start();
      await expect
        .poll(() => store.range('statement', 0, -1).catch(() => 'away'), { timeout: 10_000 })
        .toEqual(['entry 24']);
    });
  },
);

/** once since this server was started, and not any more at it */
const writtenAnew = /aof_rewrite_in_progress:0[\s\S]*aof_last_rewrite_time_sec:\d/;
