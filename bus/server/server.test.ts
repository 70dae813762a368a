/** The life of a bus: start, a store that fails, too much work, stop, start again. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type MemoryLog, MemoryStore } from '../store/memory/memory-store.js';
import { FaultyStore } from '../store/testing/faulty-store.js';
import { startBus } from './server.js';
import { SESSIONS_PER_INCARNATION } from './session-ids.js';
import { StartError } from './start-error.js';
import { ALL_FEATURES, newEvent, type RawClient } from './testing/raw-client.js';
import { TestBus } from './testing/test-bus.js';

let bus: TestBus | undefined;
afterEach(async () => {
  await bus?.stop();
  bus = undefined;
});

async function start(options: Parameters<typeof TestBus.start>[0]): Promise<TestBus> {
  bus = await TestBus.start(options);
  return bus;
}

async function register(on: TestBus, clientType: string, types: string[]): Promise<RawClient> {
  const client = await on.connect();
  await client.register(clientType, types, { features: ALL_FEATURES });
  return client;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise<void>((resolve) => setTimeout(resolve, 5));
}

describe('a store that fails', () => {
  it('refuses events clearly, consumes nothing, and works again without a restart', async () => {
    const store = new FaultyStore();
    const on = await start({ store });
    const client = await register(on, 'accounts', []);
    store.automatic = false;
    client.say({ message_type: 'new', batch_id: 'b-1', events: [newEvent('T', 'k')] });
    await until(() => store.waiting > 0);
    store.fail('the disk is full');
    expect(await client.hear('error')).toMatchObject({
      code: 'store_unavailable',
      about: { batch_id: 'b-1' },
    });
    expect(await on.get('/ready')).toMatchObject({
      status: 503,
      body: { error: 'store_unavailable', message: 'the disk is full' },
    });
    expect((await on.get('/health')).status).toBe(200);
    store.automatic = true;
    client.say({ message_type: 'new', batch_id: 'b-1', events: [newEvent('T', 'k')] });
    expect((await client.hear('receipt')).receipts).toMatchObject([
      { status: 'success', value: 0, position: '1' },
    ]);
    expect((await on.get('/ready')).status).toBe(200);
  });

  it('gives no receipt before the event is durable', async () => {
    const store = new FaultyStore();
    const on = await start({ store });
    const client = await register(on, 'accounts', []);
    store.automatic = false;
    client.say({ message_type: 'new', events: [newEvent('T', 'k')] });
    await until(() => store.waiting > 0);
    await client.heardNothing();
    await store.flush();
    await client.hear('receipt');
  });
});

it('reads no socket while too much waits for the store, and loses nothing by it', async () => {
  const store = new FaultyStore();
  const on = await start({ store, settings: { appendBytesMax: 10_000 } });
  const client = await register(on, 'accounts', []);
  store.automatic = false;
  const text = 'x'.repeat(20_000);
  client.say({ message_type: 'new', events: [newEvent('T', 'k', { text })] });
  await until(() => store.waiting === 1);
  for (let n = 0; n < 20; n += 1) client.say({ message_type: 'new', events: [newEvent('T', 'k', { text })] });
  // a heartbeat's worth of turns in which the bus could have read them
  await on.get('/health');
  await on.get('/health');
  expect(store.waiting).toBe(1);
  const flushing = setInterval(() => void store.flush(), 5);
  const values: number[] = [];
  for (let n = 0; n < 21; n += 1) values.push((await client.hear('receipt')).receipts[0]!.value);
  clearInterval(flushing);
  store.automatic = true;
  await store.flush();
  expect(values).toEqual([...Array(21).keys()]);
});

describe('a start', () => {
  it('says in one line that the address is taken, and closes the store', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    let closed = false;
    const store = new MemoryStore();
    store.close = async () => {
      closed = true;
    };
    const starting = startBus({ host: '127.0.0.1', port, store });
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow(`127.0.0.1:${port}`);
    expect(closed).toBe(true);
    taken.close();
    await once(taken, 'close');
  });

  it('takes up where the log ends: subscriptions, debts, order, values, parked events', async () => {
    const log: MemoryLog = { logId: 'log', records: [] };
    const first = await start({ store: new MemoryStore(log), core: { attemptsMax: 1 } });
    const client = await register(first, 'accounts', ['T']);
    const sender = await first.connect();
    for (const n of [0, 1, 2]) await sender.publish('T', 'a', { n });
    await sender.publish('T', 'bad');
    const [event, , , bad] = await client.hearEvents(4);
    client.say({ message_type: 'nack', delivery: bad?.delivery, error: { message: 'no' }, retry: false });
    client.say({ message_type: 'ack', delivery: event?.delivery });
    await until(() => first.running.views.parked().length === 1);
    await until(() => first.running.views.services()[0]?.owed === 3);
    await first.stop();

    const second = await start({ store: new MemoryStore(log) });
    expect(second.running.views.parked()).toMatchObject([{ clientType: 'accounts', position: 4 }]);
    const stranger = await second.connect();
    await stranger.publish('T', 'a', { n: 3 });
    const back = await second.connect();
    const { session_id } = await back.register('accounts', ['T'], { features: ALL_FEATURES });
    expect((await back.hearEvents(3)).map(({ data, consistency }) => [data, consistency.value])).toEqual([
      [{ n: 1 }, 1],
      [{ n: 2 }, 2],
      [{ n: 3 }, 3],
    ]);
    const incarnationOf = (sessionId: number): number => Math.floor(sessionId / SESSIONS_PER_INCARNATION);
    expect(incarnationOf(session_id)).toBe(incarnationOf(Number(event?.delivery.split('.')[0])) + 1);
  });
});

describe('a stop', () => {
  it('makes durable what was sent before, answers it, and closes sockets with 1001', async () => {
    const store = new FaultyStore();
    const on = await start({ store });
    const client = await register(on, 'accounts', []);
    store.automatic = false;
    client.say({ message_type: 'new', events: [newEvent('T', 'k')] });
    await until(() => store.waiting === 1);
    const closed = client.closed();
    const stopped = on.running.stop();
    await expect(on.connect()).rejects.toThrow('503');
    await store.flush();
    await client.hear('receipt');
    expect(await closed).toEqual({ code: 1001, reason: 'shutting_down' });
    await stopped;
  });

  it('does not wait for ever for a client that does not answer, nor for the store', async () => {
    const store = new FaultyStore();
    const on = await start({ store, settings: { stopDeadlineMs: 100 } });
    const client = await register(on, 'accounts', []);
    store.automatic = false;
    client.say({ message_type: 'new', events: [newEvent('T', 'k')] });
    await until(() => store.waiting === 1);
    client.socket.pause();
    await on.running.stop();
    store.fail();
  });

  it('asked for twice is one stop', async () => {
    const on = await start({});
    await Promise.all([on.running.stop(), on.running.stop()]);
  });
});
