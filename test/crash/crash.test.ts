import { describe, expect, it } from 'vitest';
import { redisInstalled } from '../support/redis-server.js';
import { type CrashOptions, crash } from './crash.js';
import { describe as reported } from './report.js';

const LOAD = { kills: 8, transfers: 120, rate: 40, concurrency: 12 };
const TIMEOUT_MS = 600_000;
const redis = redisInstalled();
if (!redis && process.env.CI === 'true') throw new Error('there is no redis-server on PATH');

async function expectKept(options: CrashOptions): Promise<void> {
  const report = await crash(options);
  expect(report.faults, reported(options, report)).toEqual([]);
  expect(report.happened).toHaveLength(options.kills);
}

describe('under load, with processes killed, stopped and cut off and states lost', () => {
  it('one instance of each service on embedded state keeps every promise', { timeout: TIMEOUT_MS }, () =>
    expectKept({ ...LOAD, seed: 1, instances: 1, state: 'embedded' }),
  );

  it.skipIf(!redis)(
    'three instances of each service on Redis keep every promise',
    { timeout: TIMEOUT_MS },
    () => expectKept({ ...LOAD, seed: 2, instances: 3, state: 'redis' }),
  );
});
