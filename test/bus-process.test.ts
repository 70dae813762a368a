/** The bus as a process: its command line, SIGKILL in the middle of work, signals that ask it to stop. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, type HeardEvent, newEvent, RawClient } from '../bus/server/testing/raw-client.js';
import { BusProcess, eventBus } from './support/bus-process.js';

let directory: string;
let bus: BusProcess | undefined;
let clients: RawClient[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'event-bus-'));
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await bus?.end('SIGKILL');
  bus = undefined;
  await rm(directory, { recursive: true });
});

async function start(...options: string[]): Promise<BusProcess> {
  bus = await BusProcess.start(`log:${directory}/log`, ...options);
  return bus;
}

async function connect(to: BusProcess): Promise<RawClient> {
  const client = await RawClient.connect(to.address);
  clients.push(client);
  return client;
}

async function service(to: BusProcess, eventTypes: string[]): Promise<RawClient> {
  const client = await connect(to);
  await client.register('accounts', eventTypes, { features: ALL_FEATURES });
  return client;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise<void>((resolve) => setTimeout(resolve, 20));
}

async function serviceState(of: BusProcess): Promise<Record<string, unknown>> {
  const [state] = (await of.get('/services')).services as Record<string, unknown>[];
  return state!;
}

async function allEvents(of: BusProcess): Promise<HeardEvent[]> {
  const events: HeardEvent[] = [];
  let after = '0';
  for (;;) {
    const page = (await of.get(`/events?after=${after}`)) as unknown as {
      events: HeardEvent[];
      next?: string;
    };
    events.push(...page.events);
    if (page.next === undefined) return events;
    after = page.next;
  }
}

describe('a bus that is killed', () => {
  it('has debts, order, values, subscriptions and parked events as before when it is back', async () => {
    const before = await start('--attempts', '1');
    const client = await service(before, ['T', 'Bad']);
    const sender = await connect(before);
    for (const n of [0, 1, 2, 3]) await sender.publish('T', n % 2 === 0 ? 'even' : 'odd', { n });
    await sender.publish('Bad', 'poison');
    await sender.publish('T', 'poison', { behind: true });
    await sender.publish('U', 'even');
    const [first] = await client.hearEvents(5);
    client.say({ message_type: 'ack', delivery: first?.delivery });
    const bad = (await allEvents(before)).find(({ event_type }) => event_type === 'Bad');
    await until(async () => (await serviceState(before)).owed === 5);
    // the poison was among what is out: its delivery is found by its place
    const outstanding = client.texts.flatMap((text) => (JSON.parse(text).events ?? []) as HeardEvent[]);
    const delivery = outstanding.find(({ position }) => position === bad?.position)?.delivery;
    client.say({ message_type: 'nack', delivery, error: { message: 'poisoned' }, retry: false });
    await until(async () => (await serviceState(before)).parked === 1);
    const parked = await before.get('/parked');
    const keys = await before.get('/keys');
    const events = await allEvents(before);
    expect(await before.end('SIGKILL')).toBe('SIGKILL');

    const after = await start();
    expect(await after.get('/parked')).toEqual(parked);
    expect(await after.get('/keys')).toEqual(keys);
    expect(await allEvents(after)).toEqual(events);
    expect(await serviceState(after)).toMatchObject({
      event_types: ['Bad', 'T'],
      owed: 5,
      parked: 1,
      instances: [],
    });
    const back = await service(after, ['T', 'Bad']);
    const owed = await back.hearEvents(3);
    expect(owed.map(({ data }) => (data as { n: number }).n).sort()).toEqual([1, 2, 3]);
    const odd = owed.filter(({ consistency }) => consistency.key === 'odd');
    expect(odd.map(({ consistency }) => consistency.value)).toEqual([0, 1]);
    await back.heardNothing();
    back.say({
      message_type: 'new',
      events: [{ event_type: 'U', consistency: { key: 'even', value: 3 }, correlation_id: 1, data: {} }],
    });
    expect((await back.hear('receipt')).receipts).toMatchObject([
      { status: 'success', value: 3, position: '8' },
    ]);
  });

  it('in the middle of publishing: every receipt is kept, every batch is there once after it is sent again', async () => {
    const batches = 400;
    const batch = (n: number): object => ({
      message_type: 'new',
      batch_id: `batch-${n}`,
      atomic: true,
      events: [newEvent('T', `key-${n % 7}`, { n }), newEvent('T', `key-${n % 5}`, { n })],
    });
    const answered = new Set<number>();
    for (let _round = 0; answered.size < batches; _round += 1) {
      const running = await start();
      const sender = await service(running, []);
      for (let n = 0; n < batches; n += 1) if (!answered.has(n)) sender.say(batch(n));
      const killAt = Math.min(batches, answered.size + 60);
      while (answered.size < killAt) {
        const { receipts, ...receipt } = await sender.hear('receipt');
        expect(receipts.map(({ status }) => status)).toEqual(['success', 'success']);
        answered.add(Number((receipt as unknown as { batch_id: string }).batch_id.slice('batch-'.length)));
      }
      await running.end('SIGKILL');
    }
    const events = await allEvents(await start());
    expect(events.map(({ position }) => Number(position))).toEqual(events.map((_, at) => at + 1));
    const counts = new Map<number, number>();
    for (const { data } of events) {
      const { n } = data as { n: number };
      counts.set(n, (counts.get(n) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([...Array(batches).keys()]);
    expect(new Set(counts.values())).toEqual(new Set([2]));
    for (let key = 0; key < 7; key += 1) {
      const values = events.filter(({ consistency }) => consistency.key === `key-${key}`);
      expect(values.map(({ consistency }) => consistency.value)).toEqual([...values.keys()]);
    }
  });
});

describe('a bus that is asked to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s: closes sockets with 1001 and ends with 0',
    async (signal) => {
      const running = await start();
      const client = await connect(running);
      const closed = client.closed();
      expect(await running.end(signal)).toBe(0);
      expect((await closed).code).toBe(1001);
    },
  );
});

describe('the command line', () => {
  it('tells usage and version', async () => {
    expect(await eventBus('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('event-bus server'),
    });
    expect(await eventBus('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    [['serve'], 'serve'],
    [['server', '--colour', 'red'], 'colour'],
    [['server', '-b', 'nowhere'], '--bind'],
    [['server', '-l', 'loud'], 'off'],
    [['server', '--attempts', '0'], '--attempts'],
    [['verify', '--store', 'memory'], 'memory'],
    [['export', '--after', 'x'], '--after'],
    [[], 'command'],
  ])('refuses %j with its usage', async (args, named) => {
    const { code, complaint } = await eventBus(...args);
    expect(code).toBe(2);
    expect(complaint).toContain(named);
    expect(complaint).toContain('event-bus');
  });

  it('tells in one line, with exit code 1, what keeps a bus from starting', async () => {
    const running = await start();
    const oneLine = async (args: string[], what: string): Promise<void> => {
      const { code, complaint } = await eventBus(...args);
      expect(complaint).toContain(what);
      expect(complaint.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(1);
    };
    const address = running.address.slice('ws://'.length);
    await oneLine(['server', '-b', address, '--store', 'memory', '-l', 'off'], address);
    await oneLine(
      ['server', '-b', '127.0.0.1:0', '--store', `log:${directory}/log`, '-l', 'off'],
      `${directory}/log`,
    );
    await oneLine(['server', '-b', '127.0.0.1:0', '--store', 'floppy', '-l', 'off'], 'floppy');
    await oneLine(
      ['server', '-b', '127.0.0.1:0', '--store', 'log:package.json', '-l', 'off'],
      'package.json',
    );
    await oneLine(['verify', '--store', `log:${directory}/nothing`], `${directory}/nothing`);
  });

  it('exports events as lines and verifies a log, beside a running bus', async () => {
    const running = await start();
    const client = await connect(running);
    for (const n of [1, 2, 3]) await client.publish('T', 'k', { n });
    const { code, out } = await eventBus(
      'export',
      '--store',
      `log:${directory}/log`,
      '--after',
      '1',
      '--until',
      '2',
    );
    expect(code).toBe(0);
    const [line, ...others] = out.trim().split('\n');
    expect(others).toEqual([]);
    expect(await running.get('/events/2')).toMatchObject(JSON.parse(line!));
    expect(JSON.parse(line!)).toMatchObject({ position: '2', event_type: 'T', data: { n: 2 } });
    expect(await eventBus('verify', '--store', `log:${directory}/log`)).toMatchObject({ code: 0 });
  });
});
