/** States as they were, from a real bus: what is in them, what may be done with them, and what they leave alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, type RawClient } from '../../../bus/server/testing/raw-client.js';
import { TestBus } from '../../../bus/server/testing/test-bus.js';
import { silentLogger } from '../../../common/log.js';
import { parsePoint } from '../../../common/point-in-log.js';
import { startService } from '../service.js';
import { buildPastState, type PastService, startPastService } from './past-service.js';

const SCRIPT = `
  bus:register("till")
  bus:projection("Paid", function(event)
    if event.data.amount < 0 then error("no such coin") end
    redis:set("sum", (redis:get("sum") or 0) + event.data.amount)
    redis:set("last", event.data.amount, { ttl = 0.001 })
  end)
  bus:decision("Paid", function(event)
    bus:send{ type = "Thanked", key = "thanks-" .. event.key .. "-" .. event.value, expect = "new", data = {} }
  end)
  bus:projection("Thanked", function() redis:set("thanks", (redis:get("thanks") or 0) + 1) end)
  bus:route("GET", "/sum", function()
    return HTTP_OK, { sum = redis:get("sum") or 0, thanks = redis:get("thanks") or 0, last = redis:get("last") }
  end)
  bus:route("GET", "/spoil", function() redis:set("sum", -1) return HTTP_OK, {} end)
  bus:route("POST", "/pay", function() return HTTP_CREATED, {} end)
`;

let folder: string;
let bus: TestBus;
let sender: RawClient;
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'past-'));
  writeFileSync(join(folder, 'till.lua'), SCRIPT);
  bus = await TestBus.start();
  sender = await bus.connect();
});
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
  await bus.stop();
  rmSync(folder, { recursive: true });
});

function options(at: string, state = 'memory') {
  const script = join(folder, 'till.lua');
  const keys = join(folder, 'keys');
  return { script, keys, point: parsePoint(at), server: bus.running.address, state, log: silentLogger };
}

async function asOf(at: string): Promise<PastService> {
  const past = await startPastService({ ...options(at), bind: { host: '127.0.0.1', port: 0 } });
  running.push(past);
  await past.built;
  return past;
}

async function ask(service: { readonly address: { port: number } }, path: string, method = 'GET') {
  const answer = await fetch(`http://127.0.0.1:${service.address.port}${path}`, { method });
  return { status: answer.status, body: await answer.json(), headers: answer.headers };
}

/** Positions 1, 2, 3, … */
async function pay(...amounts: number[]): Promise<void> {
  for (const amount of amounts) await sender.publish('Paid', `key-${amount}`, { amount });
}

describe('a state as it was', () => {
  it('holds every event up to its position, acknowledged or not, and says which position', async () => {
    const service = await bus.connect();
    await service.register('till', ['Paid'], { features: ALL_FEATURES, max_in_flight: 0 });
    await pay(1, 10, 100);
    expect(bus.running.views.services()).toMatchObject([{ clientType: 'till', owed: 3 }]);
    for (const [at, sum] of [
      ['1', 1],
      ['2', 11],
      ['3', 111],
    ] as const) {
      const { body, headers } = await ask(await asOf(at), '/sum');
      expect(body).toMatchObject({ sum });
      expect(headers.get('x-as-of')).toBe(at);
    }
  });

  it('is named by a time, too: with all that was accepted until then', async () => {
    await pay(1);
    const [first] = (await bus.get('/events')).body.events as { time: string }[];
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(first!.time) + 1);
    await pay(10);
    const { body, headers } = await ask(await asOf(first!.time), '/sum');
    expect(body).toMatchObject({ sum: 1 });
    expect(headers.get('x-as-of')).toBe('1');
  });

  it('is read and nothing else', async () => {
    await pay(1);
    const past = await asOf('1');
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, body, headers } = await ask(past, '/pay', method);
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(body).toMatchObject({
        error: 'method_not_allowed',
        message: expect.stringMatching('as it was'),
      });
    }
    expect((await ask(past, '/spoil')).status).toBe(500);
    expect((await ask(past, '/sum')).body).toMatchObject({ sum: 1 });
    expect(bus.running.views.head()).toBe(1);
  });

  it('still has what had a time to live then', async () => {
    await pay(1);
    const [event] = (await bus.get('/events')).body.events as { time: string }[];
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(event!.time) + 1);
    expect((await ask(await asOf('1'), '/sum')).body).toMatchObject({ last: 1 });
  });

  it('stands still in a key whose handler fails, goes on in the others, and tells how many', async () => {
    await sender.publish('Paid', 'good', { amount: 1 });
    await sender.publish('Paid', 'bad', { amount: 5 });
    await sender.publish('Paid', 'bad', { amount: -1 });
    await sender.publish('Paid', 'bad', { amount: 7 });
    await sender.publish('Paid', 'good', { amount: 2 });
    const { body, headers } = await ask(await asOf('5'), '/sum');
    expect(body).toMatchObject({ sum: 8 });
    expect(headers.get('x-held-keys')).toBe('1');
  });

  it.each([
    ['beyond the log', '2', /newest event is 1/],
    ['before the first event', '2020-01-01T00:00:00Z', /nothing had happened/],
  ])('is refused for a point %s', async (_, at, message) => {
    await pay(1);
    const past = await startPastService({ ...options(at), bind: { host: '127.0.0.1', port: 0 } });
    running.push(past);
    await expect(past.built).rejects.toThrow(message);
  });

  it('is refused for a time in the future', async () => {
    await expect(buildPastState(options('2999-01-01T00:00:00Z'))).rejects.toThrow(/future/);
  });

  it('leaves subscription and instances of its client type as they are', async () => {
    const live = await startService({
      ...options('1'),
      state: 'memory',
      bind: { host: '127.0.0.1', port: 0 },
    });
    running.push(live);
    await expect.poll(() => live.state().kind).toBe('live');
    const described = () =>
      bus.running.views.services().map(({ clientType, eventTypes, instances }) => ({
        clientType,
        eventTypes,
        sessions: instances.map(({ sessionId }) => sessionId),
      }));
    const before = described();
    await pay(1);
    // A script with other event types must not change them either.
    writeFileSync(join(folder, 'till.lua'), SCRIPT.replaceAll('"Thanked"', '"Praised"'));
    const past = await asOf('1');
    expect((await ask(past, '/sum')).body).toMatchObject({ sum: 1 });
    expect(described()).toEqual(before);
  });
});

describe('a state that is left in a store', () => {
  const store = () => `embedded:${join(folder, 'state')}`;

  it('is built into an empty one only', async () => {
    await pay(1, 10);
    const first = await buildPastState(options('1', store()));
    expect(await first.built).toEqual({ position: '1', events: 1, heldKeys: 0 });
    await first.stop();
    await expect(buildPastState(options('2', store()))).rejects.toThrow(/not empty/);
  });

  it('is taken by no live service for its own: what is owed is still decided, once', async () => {
    const live = () =>
      startService({ ...options('1'), state: store(), bind: { host: '127.0.0.1', port: 0 } });
    // Makes the client type known, so that it is owed what follows.
    const first = await startService({
      ...options('1'),
      state: 'memory',
      bind: { host: '127.0.0.1', port: 0 },
    });
    await expect.poll(() => first.state().kind).toBe('live');
    await first.stop();
    await pay(1, 10);
    const past = await buildPastState(options('2', store()));
    await past.built;
    await past.stop();
    const service = await live();
    running.push(service);
    await expect
      .poll(async () => (await ask(service, '/sum')).body, { timeout: 5_000 })
      .toMatchObject({ sum: 11, thanks: 2 });
    expect(bus.running.views.head()).toBe(4);
  });
});
