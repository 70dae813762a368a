import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../common/clock.js';
import { silentLogger } from '../../../common/log.js';
import { seededRandom } from '../../../common/random.js';
import type { BusPort, DeliveredEvent, OutgoingBatch } from '../types.js';
import { type BusClientOptions, createBusClient } from './bus-client.js';
import { FakeBus, wireEvent } from './testing/fake-bus.js';

/** A listener that remembers, and tells when something has come. */
class Heard {
  readonly registered = vi.fn();
  readonly disconnected = vi.fn();
  readonly progress = vi.fn();
  readonly all: DeliveredEvent[] = [];
  readonly events = (events: readonly DeliveredEvent[]) => void this.all.push(...events);
}

const registration = {
  clientType: 'accounts',
  eventTypes: ['Paid'],
  instance: { id: 'i1' },
  maxInFlight: 8,
};

const CORRELATION = '0198c0de-0000-7000-8000-000000000001';

function batch(batchId: string, others: Partial<OutgoingBatch> = {}): OutgoingBatch {
  return {
    batchId,
    events: [
      {
        type: 'A',
        key: 'acc-1',
        expect: { kind: 'seen', value: 4 },
        data: '{"b": 1.0}',
        correlation: CORRELATION,
      },
      { type: 'B', key: 'acc-2', expect: { kind: 'exact', value: 0 }, data: '[]', correlation: CORRELATION },
      {
        type: 'C',
        key: 'acc-2',
        expect: { kind: 'implicit' },
        data: 'null',
        correlation: CORRELATION,
        causation: 'log-7',
      },
    ],
    ...others,
  };
}

const receipts = (batchId: string, count = 3) => ({
  message_type: 'receipt' as const,
  sender: 'accounts',
  timestamp: 'now',
  batch_id: batchId,
  receipts: Array.from({ length: count }, (_, n) => ({
    checksum: 'x',
    status: 'success' as const,
    key: `k${n}`,
    value: n,
    position: `${n + 10}`,
  })),
});

const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 20_000, interval: 5 });

describe('The bus client', () => {
  let bus: FakeBus;
  let client: BusPort;
  let heard: Heard;

  beforeEach(async () => {
    bus = await FakeBus.start();
    heard = new Heard();
  });
  afterEach(async () => {
    await client.stop();
    await bus.stop();
  });

  const create = (options: Partial<BusClientOptions> = {}) => {
    client = createBusClient({
      url: bus.url,
      clock: systemClock,
      random: seededRandom(1),
      log: silentLogger,
      ...options,
      settings: { reconnectMinMs: 5, reconnectMaxMs: 20, retryMinMs: 5, retryMaxMs: 20, ...options.settings },
    });
    return client;
  };
  const connected = () => eventually(() => expect(client.connected()).toBe(true));
  const started = async (options: Partial<BusClientOptions> = {}, on = true) => {
    create(options);
    client.deliver(on);
    client.start(registration, heard);
    await connected();
  };
  /** What was said before is heard when this resolves. */
  const caughtUp = async () => {
    const count = heard.progress.mock.calls.length;
    bus.say({ message_type: 'progress', acknowledged: '6', head: '9' });
    await eventually(() => expect(heard.progress.mock.calls.length).toBeGreaterThan(count));
  };

  it('refuses an address that is none of a bus before it connects to anything', () => {
    create();
    for (const url of ['localhost:8081', 'http://localhost:8081', 'nonsense', ''])
      expect(() => create({ url })).toThrow(/use ws:\/\/host:port/);
  });

  describe('registration', () => {
    it('announces the service and everything it understands, and tells what the bus answers', async () => {
      await started();
      expect(bus.of('register')).toEqual([
        {
          message_type: 'register',
          client_type: 'accounts',
          event_types: ['Paid'],
          features: ['batch', 'ack', 'nack', 'atomic', 'paging', 'errors', 'progress', 'brief'],
          instance: { id: 'i1' },
          max_in_flight: 8,
        },
      ]);
      expect(heard.registered.mock.calls).toEqual([
        [{ sessionId: 1, acknowledged: '5', head: '9', logId: 'log' }],
      ]);
    });

    it('gets no events until they are welcome, and registers again when that changes', async () => {
      await started({}, false);
      expect(bus.of('register')[0]).toMatchObject({ max_in_flight: 0 });
      client.deliver(true);
      client.deliver(true);
      await bus.hears('register', ({ max_in_flight }) => max_in_flight === 8);
      await eventually(() => expect(heard.registered).toHaveBeenCalledTimes(2));
      client.deliver(false);
      await bus.hears('register', () => bus.of('register').length === 3);
      expect(bus.of('register')[2]).toMatchObject({ max_in_flight: 0 });
      expect(bus.connections).toBe(1);
    });

    it('takes up a change of mind while the first registration is not answered yet', async () => {
      bus.answersRegistrations = false;
      create().start(registration, heard);
      await bus.hears('register');
      client.deliver(true);
      await bus.hears('register', ({ max_in_flight }) => max_in_flight === 8);
    });

    it('passes nothing on that belongs to a registration it has replaced', async () => {
      await started();
      bus.answersRegistrations = false;
      client.deliver(false);
      client.deliver(true);
      await bus.hears('register', () => bus.of('register').length === 3);
      bus.say(wireEvent(0, '1.1'));
      const answer = {
        message_type: 'registration' as const,
        client_type: 'accounts',
        event_types: ['Paid'],
      };
      bus.say({ ...answer, session_id: 1, acknowledged: '5', head: '9' }, wireEvent(0, '1.2'));
      bus.say({ ...answer, session_id: 1, acknowledged: '5', head: '9' }, wireEvent(0, '1.3'));
      await caughtUp();
      expect(heard.all).toHaveLength(1);
      client.acknowledge(heard.all[0]!.delivery);
      expect(await bus.hears('ack')).toMatchObject({ deliveries: ['1.3'] });
    });
  });

  describe('reconnecting', () => {
    it('comes back by itself when the connection ends, and registers again as it stands', async () => {
      await started();
      bus.disconnect();
      await eventually(() => expect(heard.registered).toHaveBeenCalledTimes(2));
      expect(heard.disconnected).toHaveBeenCalledTimes(1);
      expect(bus.of('register')[1]).toEqual(bus.of('register')[0]);
    });

    it('keeps trying while there is no bus', async () => {
      await started();
      await bus.stop();
      await eventually(() => expect(client.connected()).toBe(false));
      await expect(
        client.query({ eventTypes: ['*'], after: '0', limit: 1, acknowledgedOnly: true }),
      ).rejects.toThrow();
      await bus.restart();
      await connected();
      expect(heard.registered).toHaveBeenCalledTimes(2);
    });

    it('leaves a connection on which the bus is silent, and stays on one with pings only', async () => {
      let now = 0;
      await started({ clock: { now: () => now }, settings: { silenceMs: 8 } });
      for (now = 6; now < 600; now += 6) await bus.ping();
      expect(heard.registered).toHaveBeenCalledTimes(1);
      now += 8;
      await eventually(() => expect(heard.registered).toHaveBeenCalledTimes(2));
      expect(heard.disconnected.mock.calls[0]?.[0]).toMatch(/the bus is silent/);
    });

    it('tries again when the registration is refused, and says so once', async () => {
      const [error, warn] = [vi.spyOn(silentLogger, 'error'), vi.spyOn(silentLogger, 'warn')];
      onTestFinished(() => {
        error.mockRestore();
        warn.mockRestore();
      });
      bus.answersRegistrations = false;
      create().start(registration, heard);
      await bus.hears('register');
      bus.answersRegistrations = true;
      bus.say({
        message_type: 'error',
        code: 'bad_message',
        message: 'no',
        about: { message_type: 'register' },
      });
      await connected();
      expect(bus.connections).toBe(2);
      const told = [...error.mock.calls, ...warn.mock.calls].filter((call) =>
        String(call[1]).includes('refuses'),
      );
      expect(told).toHaveLength(1);
    });

    it('does not take a bus that knows only the base protocol for one that it can work with', async () => {
      bus.answersRegistrations = false;
      create().start(registration, heard);
      await bus.hears('register');
      bus.say({ message_type: 'registration', client_type: 'accounts', event_types: ['Paid'] });
      await bus.hears('register', (_, connection) => connection === 2);
      expect(heard.registered).not.toHaveBeenCalled();
    });
  });

  describe('events', () => {
    it('passes them on in their order, however they are framed', async () => {
      await started();
      bus.say(wireEvent(0, '1.1'), {
        message_type: 'events',
        events: [wireEvent(1, '1.2'), wireEvent(2, '1.3')],
      });
      await caughtUp();
      expect(heard.all.map(({ value }) => value)).toEqual([0, 1, 2]);
      const { type, key, data, correlation, causation, eventId, position, time, sender, batchId, attempt } =
        heard.all[1]!;
      expect({
        type,
        key,
        data,
        correlation,
        causation,
        eventId,
        position,
        time,
        sender,
        batchId,
        attempt,
      }).toEqual({
        type: 'Paid',
        key: 'acc-1',
        data: { amount: 1 },
        correlation: CORRELATION,
        causation: 'log-1',
        eventId: 'log-2',
        position: '2',
        time: Date.parse('2026-11-21T09:51:00.123Z'),
        sender: 'accounts',
        batchId: 'b',
        attempt: 2,
      });
    });

    it('works out what a bus leaves out for brevity', async () => {
      await started();
      const { event_id: _, timestamp: _t, timestamp_raw: _r, attempt: _a, ...event } = wireEvent(1, '1.1');
      bus.say({ message_type: 'events', events: [event] });
      await caughtUp();
      expect(heard.all[0]).toMatchObject({
        eventId: 'log-2',
        attempt: 1,
        time: Date.parse('2026-11-21T09:51:00.123Z'),
      });
    });

    it('fails whoever reads data that cannot be kept exactly, naming the place, and nobody else', async () => {
      await started();
      bus.say(wireEvent(0, '1.1', { data: '{"amounts":[1,9007199254740993]}' }), wireEvent(1, '1.2'));
      await caughtUp();
      expect(heard.all[0]!.key).toBe('acc-1');
      expect(() => heard.all[0]!.data).toThrow(/amounts\[1\].*outside ±\(2\^53-1\)/);
      expect(heard.all[1]!.data).toEqual({ amount: 1 });
    });

    it('survives frames that it cannot read', async () => {
      await started();
      for (const frame of ['', 'x', '[]', '{}', '{"message_type":"news"}', '{"message_type":"event"}'])
        bus.sayFrame(frame);
      bus.say(wireEvent(0, '1.1'));
      await caughtUp();
      expect(heard.all).toHaveLength(1);
      expect(bus.connections).toBe(1);
    });

    it('tells how far the client type is', async () => {
      await started();
      bus.say({ message_type: 'progress', acknowledged: '7', head: '8' });
      await eventually(() => expect(heard.progress).toHaveBeenCalledWith({ acknowledged: '7', head: '8' }));
    });
  });

  describe('acknowledging', () => {
    it('joins the acknowledgements of one turn into one frame, ahead of what else was said in it', async () => {
      await started();
      bus.say({
        message_type: 'events',
        events: [wireEvent(0, '1.1'), wireEvent(1, '1.2'), wireEvent(2, '1.3')],
      });
      await caughtUp();
      const [first, second, third] = heard.all.map(({ delivery }) => delivery);
      client.acknowledge(first!);
      client.fail(third!, { message: 'no', traceback: 'at', script: 's', version: 'v' }, true);
      await Promise.resolve();
      client.acknowledge(second!);
      await bus.hears('nack');
      expect(bus.heard.slice(1).map(({ message }) => message)).toEqual([
        { message_type: 'ack', deliveries: ['1.1', '1.2'] },
        {
          message_type: 'nack',
          delivery: '1.3',
          error: { message: 'no', traceback: 'at', script: 's', version: 'v' },
          retry: true,
        },
      ]);
    });

    it('gives an event back with the keys that its handler waits for', async () => {
      await started();
      bus.say(wireEvent(0, '1.1'));
      await caughtUp();
      client.giveBack(heard.all[0]!.delivery, { message: 'waits' }, ['acc-8']);
      expect(await bus.hears('nack')).toMatchObject({ delivery: '1.1', contended: ['acc-8'] });
    });

    it('never acknowledges or fails what it got before a disconnect', async () => {
      await started();
      bus.say(wireEvent(0, '1.1'), wireEvent(1, '1.2'));
      await caughtUp();
      bus.disconnect();
      await eventually(() => expect(heard.registered).toHaveBeenCalledTimes(2));
      client.acknowledge(heard.all[0]!.delivery);
      client.fail(heard.all[1]!.delivery, { message: 'no' }, true);
      bus.say(wireEvent(0, '2.1'));
      await caughtUp();
      client.acknowledge(heard.all[2]!.delivery);
      expect(await bus.hears('ack')).toEqual({ message_type: 'ack', deliveries: ['2.1'] });
      expect(bus.of('nack')).toEqual([]);
    });

    it('cuts the texts of an error to what the bus takes', async () => {
      await started();
      bus.say(wireEvent(0, '1.1'));
      await caughtUp();
      client.fail(
        heard.all[0]!.delivery,
        { message: 'é'.repeat(20_000), traceback: 'x'.repeat(100_000) },
        false,
      );
      const { error } = await bus.hears('nack');
      expect(Buffer.byteLength(error.message)).toBeGreaterThan(16_000);
      expect(error.traceback).toMatch(/^x+$/);
    });
  });

  describe('publishing', () => {
    it('sends a batch as one atomic message, its data untouched, and gives the receipts', async () => {
      await started();
      const outcome = client.publish(batch('b1'));
      const message = await bus.hears('new');
      expect(message).toEqual({
        message_type: 'new',
        batch_id: 'b1',
        atomic: true,
        events: [
          {
            event_type: 'A',
            consistency: { key: 'acc-1', seen: 4 },
            data: '{"b": 1.0}',
            correlation: CORRELATION,
          },
          { event_type: 'B', consistency: { key: 'acc-2', value: 0 }, data: '[]', correlation: CORRELATION },
          {
            event_type: 'C',
            consistency: { key: 'acc-2' },
            data: 'null',
            correlation: CORRELATION,
            causation: 'log-7',
          },
        ],
      });
      bus.say(receipts('other'), receipts('b1'));
      expect(await outcome).toEqual({
        kind: 'accepted',
        receipts: [
          { key: 'k0', value: 0, position: '10' },
          { key: 'k1', value: 1, position: '11' },
          { key: 'k2', value: 2, position: '12' },
        ],
      });
    });

    it('names each contested key once when the batch is inconsistent', async () => {
      await started();
      const outcome = client.publish(batch('b1'));
      await bus.hears('new');
      const refused = { checksum: 'x', status: 'inconsistent' as const };
      bus.say({
        ...receipts('b1'),
        receipts: [
          { ...refused, key: 'acc-1' },
          { ...refused, key: 'acc-2', contested: true },
          { ...refused, key: 'acc-2', contested: true },
        ],
      });
      expect(await outcome).toEqual({ kind: 'inconsistent', contested: ['acc-2'] });
    });

    it('waits for the connection, and then keeps the order', async () => {
      create();
      const outcomes = ['b1', 'b2', 'b3'].map((id) => client.publish(batch(id, { events: [] })));
      client.start(registration, heard);
      await bus.hears('new', ({ batch_id }) => batch_id === 'b3');
      expect(bus.of('new').map(({ batch_id }) => batch_id)).toEqual(['b1', 'b2', 'b3']);
      for (const id of ['b1', 'b2', 'b3']) bus.say(receipts(id, 0));
      expect(await Promise.all(outcomes)).toEqual(Array(3).fill({ kind: 'accepted', receipts: [] }));
    });

    it('sends again what was not answered before a disconnect, under the same id, and only that', async () => {
      await started();
      const [answered, open] = [client.publish(batch('b1')), client.publish(batch('b2'))];
      await bus.hears('new', ({ batch_id }) => batch_id === 'b2');
      bus.say(receipts('b1'));
      await answered;
      bus.disconnect();
      const again = await bus.hears('new', (_, connection) => connection === 2);
      const frames = bus.heard
        .filter(({ message }) => message.message_type === 'new')
        .map(({ frame }) => frame);
      expect(again.batch_id).toBe('b2');
      expect(frames[2]).toBe(frames[1]);
      expect(bus.heard.findIndex(({ connection }) => connection === 2)).toBe(
        bus.heard.findIndex(
          ({ message, connection }) => connection === 2 && message.message_type === 'register',
        ),
      );
      bus.say(receipts('b2'));
      expect(await open).toMatchObject({ kind: 'accepted' });
    });

    it('learns after a disconnect whether a batch that acknowledges was stored', async () => {
      await started();
      bus.say(wireEvent(0, '1.1'), wireEvent(1, '1.2'));
      await caughtUp();
      const [stored, lost] = heard.all.map(({ delivery }, n) =>
        client.publish(batch(`b${n}`, { acknowledges: delivery })),
      );
      await bus.hears('new', ({ batch_id }) => batch_id === 'b1');
      bus.disconnect();
      await bus.hears('new', ({ batch_id }, connection) => connection === 2 && batch_id === 'b1');
      expect(bus.of('new').map(({ acknowledges }) => acknowledges)).toEqual(['1.1', '1.2', '1.1', '1.2']);
      bus.say(receipts('b0'), {
        message_type: 'error',
        code: 'fenced',
        message: 'x',
        about: { batch_id: 'b1' },
      });
      expect(await stored).toMatchObject({ kind: 'accepted' });
      expect(await lost).toEqual({ kind: 'fenced' });
    });

    it('sends again later what the bus cannot take now', async () => {
      await started();
      const outcome = client.publish(batch('b1'));
      for (const [n, code] of ['store_unavailable', 'overloaded', 'store_unavailable'].entries()) {
        await bus.hears('new', () => bus.of('new').length === n + 1);
        bus.say({ message_type: 'error', code, message: 'later', about: { batch_id: 'b1' } });
      }
      await bus.hears('new', () => bus.of('new').length === 4);
      bus.say(receipts('b1'));
      expect(await outcome).toMatchObject({ kind: 'accepted' });
    });

    it('gives up a batch that the bus refuses for good', async () => {
      await started();
      const outcome = client.publish(batch('b1'));
      await bus.hears('new');
      bus.say({
        message_type: 'error',
        code: 'bad_message',
        message: 'events[0]',
        about: { batch_id: 'b1' },
      });
      expect(await outcome).toEqual({ kind: 'refused', code: 'bad_message', message: 'events[0]' });
    });

    it('refuses a batch above the limit at once', async () => {
      await started({ messageBytesMax: 600 });
      const outcome = await client.publish(
        batch('b1', { events: [{ ...batch('').events[0]!, data: `"${'x'.repeat(600)}"` }] }),
      );
      expect(outcome).toMatchObject({ kind: 'refused', code: 'too_large' });
    });

    it('gives up the largest batch, and no other, when the bus ends the connection because of a frame above its limit', async () => {
      await started();
      const small = client.publish(batch('small'));
      const large = client.publish(
        batch('large', { events: [{ ...batch('').events[0]!, data: `"${'x'.repeat(9000)}"` }] }),
      );
      await bus.hears('new', ({ batch_id }) => batch_id === 'large');
      bus.disconnect(1009);
      expect(await large).toMatchObject({ kind: 'refused', code: 'too_large' });
      await bus.hears('new', ({ batch_id }, connection) => connection === 2 && batch_id === 'small');
      bus.say(receipts('small'));
      expect(await small).toMatchObject({ kind: 'accepted' });
    });

    it('answers two batches with one id in the order in which they were published', async () => {
      await started();
      const [first, second] = [
        client.publish(batch('b1')),
        client.publish(batch('b1', { acknowledges: '1/1.1' })),
      ];
      await bus.hears('new', () => bus.of('new').length === 2);
      bus.say(receipts('b1'), {
        message_type: 'error',
        code: 'fenced',
        message: 'x',
        about: { batch_id: 'b1' },
      });
      expect(await first).toMatchObject({ kind: 'accepted' });
      expect(await second).toEqual({ kind: 'fenced' });
    });

    it('gives an answer to the one of two with one id that is at the bus', async () => {
      await started({ settings: { retryMinMs: 60_000, retryMaxMs: 60_000 } });
      const first = client.publish(batch('b1'));
      await bus.hears('new');
      bus.say({ message_type: 'error', code: 'overloaded', message: 'x', about: { batch_id: 'b1' } });
      await caughtUp();
      const second = client.publish(batch('b1'));
      await bus.hears('new', () => bus.of('new').length === 2);
      bus.say(receipts('b1'));
      expect(await second).toMatchObject({ kind: 'accepted' });
      bus.disconnect();
      await bus.hears('new', (_, connection) => connection === 2);
      bus.say({ message_type: 'error', code: 'fenced', message: 'x', about: { batch_id: 'b1' } });
      expect(await first).toEqual({ kind: 'fenced' });
    });

    it('leaves the outcome unknown when it is stopped before an answer', async () => {
      await started();
      const outcome = client.publish(batch('b1'));
      await bus.hears('new');
      await client.stop();
      expect(await outcome).toEqual({ kind: 'unknown' });
      expect(await client.publish(batch('b2'))).toEqual({ kind: 'unknown' });
      expect(bus.connections).toBe(1);
    });
  });

  describe('queries', () => {
    const ask = (after: string) =>
      client.query({
        eventTypes: ['Paid'],
        after,
        limit: 2,
        acknowledgedOnly: true,
        key: 'acc-1',
        until: '2026-01-01T00:00:00Z',
      });
    const page = (queryId: string | undefined, value: number) => ({
      message_type: 'rebuild' as const,
      query_id: queryId!,
      events: [{ ...wireEvent(value, ''), message_type: 'rebuild' as const }],
    });

    it('gives each question its own page, whatever the order of the answers', async () => {
      await started();
      const [first, second] = [ask('0'), ask('7')];
      const asked = await bus.hears('query', ({ after }) => after === '7');
      expect(asked).toEqual({
        message_type: 'query',
        query_id: asked.query_id,
        event_types: ['Paid'],
        after: '7',
        limit: 2,
        acknowledged_only: true,
        key: 'acc-1',
        until: '2026-01-01T00:00:00Z',
      });
      bus.say(page(asked.query_id, 7), { ...page(bus.of('query')[0]!.query_id, 0), next: '3' });
      expect(await first).toMatchObject({ next: '3', events: [{ value: 0, data: { amount: 1 } }] });
      expect(await second).toMatchObject({ next: undefined, events: [{ value: 7 }] });
    });

    it('asks no more at once than the bus answers', async () => {
      await started({ settings: { queriesMax: 1 } });
      const [first, second] = [ask('0'), ask('1')];
      const asked = await bus.hears('query');
      await caughtUp();
      expect(bus.of('query')).toHaveLength(1);
      bus.say(page(asked.query_id, 0));
      await first;
      const next = await bus.hears('query', ({ after }) => after === '1');
      bus.say(page(next.query_id, 1));
      expect(await second).toMatchObject({ events: [{ value: 1 }] });
    });

    it('ends them when the connection is lost, or the bus refuses', async () => {
      await started();
      const lost = expect(ask('0')).rejects.toThrow('the query was not answered');
      await bus.hears('query');
      bus.disconnect();
      await lost;
      await connected();
      const refused = expect(ask('1')).rejects.toThrow('store_unavailable');
      const { query_id = '' } = await bus.hears('query', ({ after }) => after === '1');
      bus.say({ message_type: 'error', code: 'store_unavailable', message: 'x', about: { query_id } });
      await refused;
    });
  });

  describe('a recall', () => {
    it('is over when the bus has answered it', async () => {
      await started();
      const recalled = client.recall();
      await bus.hears('recall');
      bus.say({ message_type: 'recalled' });
      await recalled;
    });

    it('fails with the connection, and without one', async () => {
      await started();
      const recalled = expect(client.recall()).rejects.toThrow('did not take back what is out');
      await bus.hears('recall');
      bus.disconnect();
      await recalled;
      await client.stop();
      await expect(client.recall()).rejects.toThrow('no connection');
    });
  });

  describe('leaving', () => {
    it('drains until the bus says that nothing is out', async () => {
      await started();
      const drained = client.drain();
      await bus.hears('drain');
      bus.say({ message_type: 'drained' });
      await drained;
    });

    it('does not wait for ever, nor for a bus that is gone', async () => {
      await started({ settings: { drainMs: 20 } });
      await client.drain();
      await client.stop();
      await client.drain();
    });

    it('ends a drain with the connection', async () => {
      await started();
      const drained = client.drain();
      await bus.hears('drain');
      bus.disconnect();
      await drained;
    });

    it('says what there is to say before it stops, and does not come back', async () => {
      await started();
      bus.say(wireEvent(0, '1.1'));
      await caughtUp();
      client.acknowledge(heard.all[0]!.delivery);
      await client.stop();
      expect(bus.of('ack')).toEqual([{ message_type: 'ack', deliveries: ['1.1'] }]);
      expect(client.connected()).toBe(false);
      expect(bus.connections).toBe(1);
    });

    it('stops while it is connecting, and while it waits to connect again', async () => {
      create().start(registration, heard);
      await client.stop();
      await bus.stop();
      create().start(registration, heard);
      await new Promise((resolve) => setImmediate(resolve));
      await client.stop();
      expect(heard.registered).not.toHaveBeenCalled();
    });
  });
});
