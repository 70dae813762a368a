/** Clients of today over real sockets: what each addition to the base protocol gives them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, type HeardEvent, newEvent, type RawClient } from './testing/raw-client.js';
import { TestBus } from './testing/test-bus.js';

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start({ core: { retryDelayMs: 1 } });
});
afterEach(() => bus.stop());

async function modern(clientType: string, eventTypes: string[], additions: object = {}): Promise<RawClient> {
  const client = await bus.connect();
  await client.register(clientType, eventTypes, { features: ALL_FEATURES, ...additions });
  return client;
}

describe('a registration', () => {
  it('tells session, features granted, and where the log stands', async () => {
    const sender = await bus.connect();
    await sender.publish('T', 'k');
    const client = await bus.connect();
    expect(await client.register('accounts', ['T'], { features: ['batch', 'telepathy'] })).toEqual({
      message_type: 'registration',
      client_type: 'accounts',
      event_types: ['T'],
      session_id: expect.any(Number),
      features: ['batch'],
      acknowledged: '1',
      head: '1',
      log_id: expect.stringMatching(/./),
    });
  });

  it('with max_in_flight 0 gets no events, and one more gets them', async () => {
    const client = await modern('accounts', ['T'], { max_in_flight: 0 });
    const sender = await bus.connect();
    await sender.publish('T', 'k');
    await client.heardNothing();
    await client.register('accounts', ['T'], { features: ALL_FEATURES, max_in_flight: 10 });
    expect(await client.hearEvents(1)).toMatchObject([{ consistency: { key: 'k', value: 0 } }]);
  });
});

describe('deliveries', () => {
  it('come with their fencing token, position and attempt, several in a frame', async () => {
    const client = await modern('accounts', ['T']);
    const sender = await bus.connect();
    sender.say({ message_type: 'new', events: [newEvent('T', 'a'), newEvent('T', 'b'), newEvent('T', 'c')] });
    const { events } = await client.hear('events');
    expect(events).toMatchObject(
      ['a', 'b', 'c'].map((key, n) => ({
        message_type: 'event',
        consistency: { key, value: 0 },
        position: `${n + 1}`,
        delivery: expect.stringMatching(/^\d+\.\d+$/),
        attempt: 1,
      })),
    );
  });

  it('are no more than max_in_flight until they are acknowledged, in either short form', async () => {
    const client = await modern('accounts', ['T'], { max_in_flight: 2 });
    const sender = await bus.connect();
    for (const key of ['a', 'b', 'c', 'd']) await sender.publish('T', key);
    const [first, second] = await client.hearEvents(2);
    await client.heardNothing();
    client.say({ message_type: 'ack', delivery: first?.delivery });
    const [third] = await client.hearEvents(1);
    client.say({ message_type: 'ack', deliveries: [second?.delivery, third?.delivery] });
    expect(await client.hearEvents(1)).toMatchObject([{ consistency: { key: 'd' } }]);
  });

  it('come again with the next attempt after a nack', async () => {
    const client = await modern('accounts', ['T']);
    await client.publish('T', 'k');
    const [event] = await client.hearEvents(1);
    client.say({ message_type: 'nack', delivery: event?.delivery, error: { message: 'no' }, retry: true });
    const [again] = await client.hearEvents(1);
    expect(again).toMatchObject({ position: '1', attempt: 2 });
    expect(again?.delivery).not.toBe(event?.delivery);
  });

  it('[P56] are taken back by a recall of another instance, and come again', async () => {
    const client = await modern('accounts', ['T']);
    await client.publish('T', 'k');
    const [event] = await client.hearEvents(1);
    const asking = await modern('accounts', ['T']);
    asking.say({ message_type: 'recall' });
    await asking.hear('recalled');
    const [again] = await client.hearEvents(1);
    expect(again).toMatchObject({ position: '1', attempt: 2 });
    client.say({ message_type: 'ack', delivery: event?.delivery });
    expect(await client.hear('error')).toMatchObject({ code: 'fenced' });
  });

  it('end with a drain, which is answered when nothing is out', async () => {
    const client = await modern('accounts', ['T']);
    await client.publish('T', 'k');
    const [event] = await client.hearEvents(1);
    client.say({ message_type: 'drain' });
    await client.heardNothing();
    client.say({ message_type: 'ack', delivery: event?.delivery });
    await client.hear('drained');
  });
});

describe('a batch', () => {
  it('is accepted with key, value and position of each event, and its id', async () => {
    const client = await modern('accounts', []);
    client.say({
      message_type: 'new',
      batch_id: 'b-1',
      atomic: true,
      events: [newEvent('T', 'a'), newEvent('T', 'a')],
    });
    expect(await client.hear('receipt')).toMatchObject({
      batch_id: 'b-1',
      sender: 'accounts',
      receipts: [
        { status: 'success', key: 'a', value: 0, position: '1' },
        { status: 'success', key: 'a', value: 1, position: '2' },
      ],
    });
  });

  it('that is atomic is refused whole, with what contested it, and never with the right value', async () => {
    const client = await modern('accounts', []);
    const late = { event_type: 'T', consistency: { key: 'a', value: 4 }, correlation_id: 1, data: {} };
    client.say({ message_type: 'new', batch_id: 'b-1', atomic: true, events: [newEvent('T', 'b'), late] });
    const { receipts } = await client.hear('receipt');
    expect(receipts).toEqual([
      { status: 'inconsistent', key: 'b', checksum: expect.any(String) },
      { status: 'inconsistent', key: 'a', checksum: expect.any(String), contested: true },
    ]);
    expect(bus.running.views.head()).toBe(0);
  });

  it('sent again gets its first answer and is stored once', async () => {
    const client = await modern('accounts', []);
    const batch = { message_type: 'new', batch_id: 'b-1', atomic: true, events: [newEvent('T', 'a')] };
    client.say(batch);
    const { receipts } = await client.hear('receipt');
    client.say(batch);
    expect((await client.hear('receipt')).receipts).toEqual(receipts);
    expect(bus.running.views.head()).toBe(1);
  });

  it('that acknowledges a delivery of somebody else is fenced', async () => {
    const client = await modern('accounts', ['T']);
    client.say({ message_type: 'new', batch_id: 'b-1', acknowledges: '1.1', events: [newEvent('T', 'a')] });
    expect(await client.hear('error')).toMatchObject({ code: 'fenced', about: { batch_id: 'b-1' } });
  });
});

describe('a query', () => {
  it('is answered page by page, each with its id and the cursor to go on from', async () => {
    const client = await modern('accounts', []);
    for (let n = 0; n < 5; n += 1) await client.publish('T', 'k', { n });
    const read: unknown[] = [];
    let after: string | undefined = '0';
    while (after !== undefined) {
      client.say({ message_type: 'query', event_types: ['T'], after, limit: 2, query_id: 'q' });
      const page = await client.hear('rebuild');
      expect(page).toMatchObject({ query_id: 'q' });
      read.push(...page.events.map(({ data }) => data));
      after = page.next;
    }
    expect(read).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })));
  });

  it('gives what is still owed too, unless only the acknowledged is asked for', async () => {
    const client = await modern('accounts', ['T']);
    await client.publish('T', 'a');
    const [event] = await client.hearEvents(1);
    await client.publish('T', 'b');
    await client.hearEvents(1);
    client.say({ message_type: 'ack', delivery: event?.delivery });
    const keys = async (acknowledgedOnly: boolean): Promise<string[]> => {
      client.say({ message_type: 'query', event_types: ['T'], acknowledged_only: acknowledgedOnly });
      return (await client.hear('rebuild')).events.map(({ consistency }) => consistency.key);
    };
    expect(await keys(false)).toEqual(['a', 'b']);
    expect(await keys(true)).toEqual(['a']);
  });

  it('right behind a registration is answered after it', async () => {
    const client = await bus.connect();
    client.say({ message_type: 'register', client_type: 'new-here', event_types: ['T'] });
    client.say({ message_type: 'query', event_types: ['T'], since: '*' });
    await client.hear('registration');
    await client.hear('rebuild');
  });
});

describe('observing', () => {
  it('resumes from a cursor and goes on live, owing nothing', async () => {
    const observer = await modern('page', []);
    const sender = await bus.connect();
    for (const key of ['a', 'b', 'c']) await sender.publish('T', key);
    observer.say({ message_type: 'observe', event_types: ['T'], after: '1' });
    const caughtUp = await observer.hear('observed');
    expect(caughtUp).toMatchObject({ events: [{ position: '2' }, { position: '3' }], next: '3' });
    await sender.publish('U', 'a');
    await sender.publish('T', 'd');
    expect(await observer.hear('observed')).toMatchObject({ events: [{ position: '5' }], next: '5' });
    expect(bus.running.views.services()).toMatchObject([{ clientType: 'page', owed: 0 }]);
  });

  it('without a cursor begins now', async () => {
    const observer = await modern('page', []);
    await observer.publish('T', 'a');
    observer.say({ message_type: 'observe', event_types: ['*'] });
    expect(await observer.hear('observed')).toMatchObject({ events: [], next: '1' });
  });
});

it('says how far the client type has come, to those who want to know', async () => {
  const client = await bus.connect();
  await client.register('accounts', ['T'], { features: ['progress', 'ack'] });
  await client.publish('T', 'k');
  const event = await client.hear('event');
  client.say({ message_type: 'ack', delivery: (event as unknown as { delivery: string }).delivery });
  let progress = await client.hear('progress');
  while ((progress as unknown as { acknowledged: string }).acknowledged !== '1') {
    progress = await client.hear('progress');
  }
  expect(progress).toEqual({ message_type: 'progress', acknowledged: '1', head: '1' });
});

describe('a client that wants it brief', () => {
  const brief = [...ALL_FEATURES, 'brief'];

  it('[P52] is sent events without what follows from something else', async () => {
    const client = await modern('accounts', ['T'], { features: brief });
    const sender = await bus.connect();
    await sender.publish('T', 'k', { n: 1 });
    expect(await client.hear('events')).toEqual({
      message_type: 'events',
      events: [
        {
          event_type: 'T',
          consistency: { key: 'k', value: 0 },
          data: { n: 1 },
          sender: '',
          session_id: expect.any(Number),
          position: '1',
          correlation: '00000000-0000-8000-8000-000000000001',
          time: expect.any(String),
          delivery: expect.any(String),
        },
      ],
    });
    client.say({ message_type: 'query', event_types: ['T'], query_id: 'q' });
    const { events } = await client.hear('rebuild');
    expect(events[0]).not.toHaveProperty('message_type');
    expect(events[0]).not.toHaveProperty('timestamp');
  });

  it('[P52] is told the attempt when it is not the first, and the type of a frame that holds one event', async () => {
    const client = await modern('accounts', ['T'], { features: ['ack', 'nack', 'brief'] });
    await (await bus.connect()).publish('T', 'k');
    const first = await client.hear('event');
    expect(first).not.toHaveProperty('attempt');
    const { delivery } = first as HeardEvent;
    client.say({ message_type: 'nack', delivery, error: { message: 'no' }, retry: true });
    expect(await client.hear('event')).toMatchObject({ attempt: 2, position: '1' });
  });

  it('[P52] matches receipts by their place', async () => {
    const client = await modern('accounts', [], { features: brief });
    const late = { event_type: 'T', consistency: { key: 'a', value: 4 }, correlation_id: 1, data: {} };
    client.say({ message_type: 'new', events: [newEvent('T', 'a'), late, newEvent('T', 'b')] });
    expect((await client.hear('receipt')).receipts).toEqual([
      { status: 'success', value: 0, position: '1' },
      { status: 'inconsistent', contested: true },
      { status: 'success', value: 0, position: '2' },
    ]);
  });

  it('leaves its batch to be asked for by another, who gets checksums [P34]', async () => {
    const batch = { message_type: 'new', batch_id: 'b-1', events: [newEvent('T', 'a')] };
    const first = await modern('accounts', [], { features: brief });
    first.say(batch);
    const receipt = { status: 'success', value: 0, position: '1' };
    expect((await first.hear('receipt')).receipts).toEqual([receipt]);
    const second = await modern('accounts', []);
    second.say(batch);
    const checksum = 'bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f';
    expect((await second.hear('receipt')).receipts).toEqual([{ ...receipt, key: 'a', checksum }]);
  });
});
