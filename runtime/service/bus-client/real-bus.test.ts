import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningBus, startBus } from '../../../bus/server/server.js';
import { createEventStore } from '../../../bus/store/registry.js';
import { systemClock } from '../../../common/clock.js';
import { silentLogger } from '../../../common/log.js';
import { seededRandom } from '../../../common/random.js';
import type { BusPort, DeliveredEvent, OutgoingBatch, OutgoingEvent } from '../types.js';
import { createBusClient } from './bus-client.js';
import { Network } from './testing/network.js';

const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 20_000, interval: 5 });

/** The client against the bus itself, over a network that loses what it likes. */
describe('The bus client at a real bus', () => {
  let directory: string;
  let bus: RunningBus;
  let network: Network;
  let clients: BusPort[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bus-'));
    clients = [];
    await startTheBus();
    network = await Network.start(() => bus.port);
  });
  afterEach(async () => {
    for (const client of clients) await client.stop();
    await network.stop();
    await bus.stop();
    rmSync(directory, { recursive: true });
  });

  async function startTheBus(): Promise<void> {
    bus = await startBus({
      host: '127.0.0.1',
      port: 0,
      store: await createEventStore(`log:${directory}`),
      core: { retryDelayMs: 20 },
    });
  }

  async function connect(eventTypes: string[], clientType = 'accounts', url = network.url) {
    const client = createBusClient({
      url,
      clock: systemClock,
      random: seededRandom(1),
      log: silentLogger,
      settings: { reconnectMinMs: 5, reconnectMaxMs: 20, retryMinMs: 5 },
    });
    clients.push(client);
    const got: DeliveredEvent[] = [];
    const registered = vi.fn();
    client.deliver(true);
    client.start(
      { clientType, eventTypes, instance: { id: `${clients.length}` }, maxInFlight: 64 },
      {
        registered,
        events: (events) => void got.push(...events),
        progress: () => {},
        disconnected: () => {},
      },
    );
    await eventually(() => expect(client.connected()).toBe(true));
    return { client, got, registered };
  }

  const event = (
    key: string,
    type = 'Paid',
    expect: OutgoingEvent['expect'] = { kind: 'implicit' },
  ): OutgoingEvent => ({
    type,
    key,
    expect,
    data: '{"amount":9007199254740991}',
    correlation: '0198c0de-0000-7000-8000-000000000001',
  });
  const batch = (batchId: string, ...events: OutgoingEvent[]): OutgoingBatch => ({ batchId, events });
  const all = { eventTypes: ['*'], after: '0', limit: 100, acknowledgedOnly: false };

  it('publishes, gets, acknowledges and asks', async () => {
    const { client, got } = await connect(['Paid']);
    expect(await client.publish(batch('b1', event('a'), event('a'), event('b')))).toEqual({
      kind: 'accepted',
      receipts: [
        { key: 'a', value: 0, position: '1' },
        { key: 'a', value: 1, position: '2' },
        { key: 'b', value: 0, position: '3' },
      ],
    });
    await eventually(() => expect(got).toHaveLength(3));
    expect(got[0]).toMatchObject({
      data: { amount: 9007199254740991 },
      sender: 'accounts',
      batchId: 'b1',
      attempt: 1,
    });
    for (const { delivery } of got) client.acknowledge(delivery);
    await eventually(() => expect(bus.views.services()[0]).toMatchObject({ owed: 0 }));
    const page = await client.query({ ...all, acknowledgedOnly: true, limit: 2 });
    expect(page.events.map(({ key, value }) => [key, value])).toEqual([
      ['a', 0],
      ['a', 1],
    ]);
    expect((await client.query({ ...all, after: page.next! })).events).toHaveLength(1);
  });

  it('learns that what a batch is for was done by another one', async () => {
    const { client } = await connect([]);
    await client.publish({ ...batch('b1', event('a')), once: 'request' });
    expect(await client.publish({ ...batch('b2', event('a')), once: 'request' })).toEqual({
      kind: 'refused',
      code: 'repeated',
      message: 'carried out before: its events begin at position 1',
      acceptedAs: 'b1',
    });
    expect((await client.query(all)).events).toHaveLength(1);
  });

  it('stores a batch once although its answer was lost', async () => {
    const { client } = await connect([]);
    const lost = network.swallowAnswers();
    const outcome = client.publish(batch('b1', event('a', 'Paid', { kind: 'exact', value: 0 })));
    await lost;
    network.cut();
    expect(await outcome).toEqual({ kind: 'accepted', receipts: [{ key: 'a', value: 0, position: '1' }] });
    expect((await client.query(all)).events).toHaveLength(1);
  });

  it('learns that a batch with an acknowledgement was stored although its answer was lost', async () => {
    const { client, got } = await connect(['Paid']);
    await client.publish(batch('b1', event('a')));
    await eventually(() => expect(got).toHaveLength(1));
    const lost = network.swallowAnswers();
    const outcome = client.publish({ ...batch('b2', event('x', 'Done')), acknowledges: got[0]!.delivery });
    await lost;
    network.cut();
    expect(await outcome).toMatchObject({ kind: 'accepted' });
    expect(bus.views.services()[0]).toMatchObject({ owed: 0 });
  });

  it('is fenced when the event it has handled has gone to another instance', async () => {
    const first = await connect(['Paid']);
    await first.client.publish(batch('b1', event('a')));
    await eventually(() => expect(first.got).toHaveLength(1));
    const second = await connect(['Paid'], 'accounts', bus.address);
    network.cut();
    await eventually(() => expect(second.got).toHaveLength(1));
    const work = { ...batch('b2', event('x', 'Done')), acknowledges: first.got[0]!.delivery };
    expect(await first.client.publish(work)).toEqual({ kind: 'fenced' });
    first.client.acknowledge(first.got[0]!.delivery);
    expect(
      await second.client.publish({ ...work, batchId: 'b3', acknowledges: second.got[0]!.delivery }),
    ).toMatchObject({
      kind: 'accepted',
    });
    expect((await second.client.query(all)).events.map(({ batchId }) => batchId)).toEqual(['b1', 'b3']);
  });

  it('names the contested keys when somebody was faster', async () => {
    const { client } = await connect(['Paid']);
    await client.publish(batch('b1', event('a')));
    const outcome = await client.publish(
      batch(
        'b2',
        event('b'),
        event('a', 'Paid', { kind: 'seen', value: -1 }),
        event('a', 'Paid', { kind: 'exact', value: 0 }),
      ),
    );
    expect(outcome).toEqual({ kind: 'inconsistent', contested: ['a'] });
    expect((await client.query(all)).events).toHaveLength(1);
  });

  it('gets an event again that it failed, and gives its events back when it wants none', async () => {
    const first = await connect(['Paid']);
    await first.client.publish(batch('b1', event('a')));
    await eventually(() => expect(first.got).toHaveLength(1));
    first.client.fail(first.got[0]!.delivery, { message: 'no' }, true);
    await eventually(() => expect(first.got).toHaveLength(2));
    expect(first.got[1]).toMatchObject({ value: 0, attempt: 2 });
    first.client.deliver(false);
    const second = await connect(['Paid']);
    await eventually(() => expect(second.got).toHaveLength(1));
    first.client.acknowledge(first.got[1]!.delivery);
    second.client.acknowledge(second.got[0]!.delivery);
    await second.client.drain();
    await eventually(() => expect(bus.views.services()[0]).toMatchObject({ owed: 0 }));
  });

  it('goes on where it was when the bus has been restarted', async () => {
    const { client, got, registered } = await connect(['Paid']);
    await client.publish(batch('b1', event('a')));
    await eventually(() => expect(got).toHaveLength(1));
    await bus.stop();
    const outcome = client.publish(batch('b2', event('a')));
    await startTheBus();
    expect(await outcome).toMatchObject({ kind: 'accepted', receipts: [{ key: 'a', value: 1 }] });
    expect(registered).toHaveBeenCalledTimes(2);
    await eventually(() => expect(got.map(({ value }) => value)).toEqual([0, 0, 1]));
  });
});
