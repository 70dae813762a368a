import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import { RedisServer, redisInstalled } from './redis-server.js';

/**
 * A real Redis for the tests of one file: the one at AUTOKRATOR_TEST_REDIS (its databases are emptied!), else `redis-server`
 * from PATH on a free port with its files in a temporary folder, else none, with the reason.
 */
export interface TestRedis {
  /** whether it was started here; only then may it be stopped and frozen */
  readonly ours: boolean;
  /** Address of an empty database, another one with each call. */
  database(): Promise<string>;
  /** kill -9 */
  stop(): Promise<void>;
  /** Starts it on the same port, empty. */
  start(): Promise<void>;
  /** It stops answering without closing connections. */
  freeze(): void;
  thaw(): void;
}

/**
 * To be called while a test file is collected; what was started ends with the file. Without a Redis: undefined and a line
 * that says why; with CI=true, where nothing may be skipped, an error.
 */
export async function redisForTests(): Promise<TestRedis | undefined> {
  const given = process.env.AUTOKRATOR_TEST_REDIS;
  if (given !== undefined) return givenRedis(given);
  if (redisInstalled()) return ownRedis();
  const reason = 'no redis-server on PATH, and AUTOKRATOR_TEST_REDIS names none';
  if (process.env.CI === 'true') throw new Error(`Redis tests cannot run: ${reason}`);
  process.stderr.write(`Redis tests are skipped: ${reason}\n`);
  return undefined;
}

function givenRedis(address: string): TestRedis {
  const refuse = (): never => {
    throw new Error('this Redis was not started by the tests');
  };
  const next = counter();
  return {
    ours: false,
    database: async () => {
      // A server has 16 databases unless it was told otherwise.
      const url = new URL(`/${next() % 16}`, address).href;
      const redis = new Redis(url);
      await redis.flushdb();
      redis.disconnect();
      return url;
    },
    start: refuse,
    stop: refuse,
    freeze: refuse,
    thaw: refuse,
  };
}

async function ownRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const server = await RedisServer.start(folder, { appendOnly: false });
  const next = counter();
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  return {
    ours: true,
    database: async () => server.url(next()),
    start: () => server.start(),
    stop: () => server.stop(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
  };
}

function counter(): () => number {
  let count = -1;
  return () => {
    count += 1;
    return count;
  };
}
