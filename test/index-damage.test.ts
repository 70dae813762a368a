/** Indexes that are damaged, before a start and under a running bus: never a wrong answer, and no start that fails for it. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RawClient } from '../bus/server/testing/raw-client.js';
import { seededRandom } from '../common/random.js';
import { BusProcess } from './support/bus-process.js';

const KEYS = 20;
let directory: string;
let data: string;
let bus: BusProcess;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'index-damage-'));
  data = join(directory, 'index/data.mdb');
});
afterEach(async () => {
  await bus.end('SIGKILL');
  rmSync(directory, { recursive: true });
});

const start = async (): Promise<void> => {
  bus = await BusProcess.start(`log:${directory}`);
};

/** One more event of each key. */
async function publish(): Promise<void> {
  const client = await RawClient.connect(bus.address);
  for (let key = 0; key < KEYS; key += 1)
    expect((await client.publish('T', `key-${key}`, { text: 'x'.repeat(200) })).receipts[0]?.status).toBe(
      'success',
    );
  await client.close();
}

async function expectRight(eventsPerKey: number): Promise<void> {
  const { keys } = (await bus.get(`/keys?limit=100`)) as { keys: { key: string; head: number }[] };
  expect(keys.map(({ key }) => key)).toEqual(Array.from({ length: KEYS }, (_, n) => `key-${n}`).sort());
  expect(new Set(keys.map(({ head }) => head))).toEqual(new Set([eventsPerKey - 1]));
  expect(await bus.get('/totals')).toMatchObject({
    totals: [{ event_type: 'T', count: KEYS * eventsPerKey }],
  });
}

const indexed = (): Promise<void> =>
  expect.poll(() => statSync(join(directory, 'index/seal'), { throwIfNoEntry: false })?.size).toBeDefined();

it('bytes that changed while no bus ran are found at the start, also after kill -9', async () => {
  await start();
  const random = seededRandom(5);
  for (let round = 1; round <= 4; round += 1) {
    await publish();
    await indexed();
    await bus.end(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    const bytes = readFileSync(data);
    for (let at = random.int(4096); at < bytes.length; at += 1 + random.int(9000))
      bytes[at] = random.int(256);
    writeFileSync(data, bytes);
    await start();
    await expectRight(round);
  }
});

it('a file that is cut under a running bus may end it, but not its next start', async () => {
  await start();
  await publish();
  await indexed();
  truncateSync(data, 0);
  await fetch(`${bus.address.replace('ws:', 'http:')}/keys`).catch(() => undefined);
  await bus.end('SIGKILL');
  await start();
  await expectRight(1);
  await publish();
  await expectRight(2);
});
