/** `event-bus backup` and `restore` as people run them, beside a bus that is being written to. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RawClient } from '../bus/server/testing/raw-client.js';
import { BusProcess, eventBus } from './support/bus-process.js';

let directory: string;
let bus: BusProcess | undefined;
const place = (name: string): string => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'backup-'));
});
afterEach(async () => {
  await bus?.end('SIGKILL');
  bus = undefined;
  rmSync(directory, { recursive: true });
});

async function exported(log: string): Promise<string> {
  const { code, out } = await eventBus('export', '--store', `log:${place(log)}`);
  expect(code).toBe(0);
  return out;
}

/** Publishes without a pause until it is stopped; gives how many were accepted. */
function load(client: RawClient): { accepted(): number; stop(): Promise<void> } {
  let [accepted, stopping] = [0, false];
  const running = (async () => {
    while (!stopping) {
      await client.publish('T', `key-${accepted % 7}`, { n: accepted, text: 'x'.repeat(500) });
      accepted += 1;
    }
  })();
  return {
    accepted: () => accepted,
    stop: () => {
      stopping = true;
      return running;
    },
  };
}

it('copies the log of a running bus whole, up to what it had accepted; a bus goes on from the copy', async () => {
  bus = await BusProcess.start(`log:${place('log')}`);
  const client = await RawClient.connect(bus.address);
  const loading = load(client);
  await expect.poll(loading.accepted).toBeGreaterThan(50);
  for (const name of ['first', 'second']) {
    const accepted = loading.accepted();
    const { code, out, complaint } = await eventBus('backup', place(name), '--store', `log:${place('log')}`);
    expect({ code, complaint }).toEqual({ code: 0, complaint: expect.stringContaining('100 %') });
    const [, events, position] = /^(\d+) events, last position (\d+), hash [0-9a-f]{64}\n$/.exec(out) ?? [];
    expect(events).toBe(position);
    expect(Number(events)).toBeGreaterThanOrEqual(accepted);
  }
  await loading.stop();
  await client.close();
  expect(await bus.end('SIGTERM')).toBe(0);

  const [all, first] = [await exported('log'), await exported('first')];
  expect(first).not.toBe('');
  expect(all.startsWith(first)).toBe(true);
  const restored = await eventBus('restore', place('first'), '--store', `log:${place('restored')}`);
  expect(restored.code).toBe(0);
  expect(await exported('restored')).toBe(first);
  bus = await BusProcess.start(`log:${place('restored')}`);
  const later = await RawClient.connect(bus.address);
  expect((await later.publish('T', 'new key')).receipts).toMatchObject([{ status: 'success' }]);
  await later.close();
  expect((await exported('restored')).startsWith(first)).toBe(true);
});

it('refuses a place that is not empty, and what is damaged or no log, and leaves nothing behind', async () => {
  bus = await BusProcess.start(`log:${place('log')}`);
  const client = await RawClient.connect(bus.address);
  await client.publish('T', 'key');
  await client.close();
  await bus.end('SIGTERM');
  await eventBus('backup', place('backup'), '--store', `log:${place('log')}`);

  const refused = async (args: string[], message: RegExp): Promise<void> => {
    const before = readdirSync(directory).sort();
    const { code, out, complaint } = await eventBus(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(complaint).toMatch(message);
    expect(readdirSync(directory).sort()).toEqual(before);
  };
  await refused(['backup', place('backup'), '--store', `log:${place('log')}`], /backup is not empty/);
  await refused(['restore', place('backup'), '--store', `log:${place('log')}`], /log is not empty/);
  await refused(
    ['restore', place('nothing'), '--store', `log:${place('new')}`],
    /there is no log in .*nothing/,
  );
  await refused(['backup', '/proc/none/x', '--store', `log:${place('log')}`], /cannot copy .* ENOENT/);

  const segment = join(place('backup'), '00000001.segment');
  const whole = readFileSync(segment);
  writeFileSync(
    segment,
    whole.map((byte, at) => (at === 200 ? byte ^ 1 : byte)),
  );
  await refused(
    ['restore', place('backup'), '--store', `log:${place('new')}`],
    /damaged: .*segment, offset \d+/,
  );
  writeFileSync(segment, whole);
  appendFileSync(segment, 'what was being written');
  await refused(['restore', place('backup'), '--store', `log:${place('new')}`], /damaged/);
  expect(existsSync(place('new'))).toBe(false);
});

it.runIf(process.platform === 'linux')(
  'a log below a place where nothing can be made is refused, not waited for',
  async () => {
    const { code, complaint } = await eventBus('server', '--store', 'log:/proc/none', '-b', '127.0.0.1:0');
    expect(code).toBe(1);
    expect(complaint).toMatch(/cannot open the log in \/proc\/none: ENOENT/);
  },
);
