/**
 * Clients of the first generation: they speak only the base messages, over plain sockets, and must find the bus as it was.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEvent, type RawClient } from '../bus/server/testing/raw-client.js';
import { TestBus } from '../bus/server/testing/test-bus.js';

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start({ autoAcknowledge: ['fire-and-forget'] });
});
afterEach(() => bus.stop());

/** Sends a `new` and hears the statuses of its receipt. */
async function judge(client: RawClient, ...events: object[]): Promise<string[]> {
  client.say({ message_type: 'new', events });
  return (await client.hear('receipt')).receipts.map(({ status }) => status);
}

function valued(value: unknown): object {
  return { event_type: 'T', consistency: { key: 'acc-1', value }, correlation_id: 1, data: {} };
}

describe('register', () => {
  it('is answered with what was registered and nothing else', async () => {
    const client = await bus.connect();
    expect(await client.register('accounts', ['A', 'B'])).toEqual({
      message_type: 'registration',
      client_type: 'accounts',
      event_types: ['A', 'B'],
    });
  });

  it('may be sent again: from then on the new types count', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['A']);
    await client.register('accounts', ['B']);
    await sender.publish('A', 'k');
    await sender.publish('B', 'k');
    expect(await client.hear('event')).toMatchObject({ event_type: 'B' });
  });

  it('with "*" means every type', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['*']);
    await sender.publish('Whatever', 'k');
    expect(await client.hear('event')).toMatchObject({ event_type: 'Whatever' });
  });
});

describe('an event', () => {
  it('reaches a base client with exactly the fields of the first generation', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['Deposit']);
    await sender.register('teller', []);
    sender.say({
      message_type: 'new',
      events: [
        {
          event_type: 'Deposit',
          consistency: { key: 'acc-1' },
          correlation_id: 4294967295,
          data: { amount: 5 },
          correlation: '0190f3c2-7b1a-7c33-9d7e-5f12ffffffff',
        },
      ],
    });
    await sender.hear('receipt');
    const event = (await client.hear('event')) as unknown as Record<string, unknown>;
    expect(event).toEqual({
      message_type: 'event',
      event_type: 'Deposit',
      consistency: { key: 'acc-1', value: 0 },
      correlation_id: 4294967295,
      data: { amount: 5 },
      sender: 'teller',
      session_id: expect.any(Number),
      timestamp: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/),
      timestamp_raw: expect.any(Number),
    });
    expect(Number.isInteger(event.timestamp_raw)).toBe(true);
    expect(Date.parse(String(event.timestamp))).toBe(Number(event.timestamp_raw) * 1000);
  });

  it('carries data as the text that was sent, digit by digit', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    sender.say(
      '{"message_type":"new","events":[{"event_type":"T","consistency":{"key":"k"},"correlation_id":1,"data":{"a":5.0,"b":12345678901234567890}}]}',
    );
    await client.hear('event');
    expect(client.texts.at(-1)).toContain('"data":{"a":5.0,"b":12345678901234567890}');
  });

  it('comes to several base clients one frame per event', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    await judge(sender, newEvent('T', 'k'), newEvent('T', 'k'), newEvent('T', 'k'));
    const values = [await client.hear('event'), await client.hear('event'), await client.hear('event')];
    expect(values).toMatchObject([0, 1, 2].map((value) => ({ consistency: { key: 'k', value } })));
  });
});

describe('new', () => {
  it('is answered by one receipt message with checksum and status per event, in order', async () => {
    const sender = await bus.connect();
    await sender.register('teller', []);
    sender.say({
      message_type: 'new',
      events: [newEvent('T', 'a', { account: 837, amount: 3 }), newEvent('T', 'b', {})],
    });
    expect(await sender.hear('receipt')).toEqual({
      message_type: 'receipt',
      receipts: [
        { checksum: '76985386eca80cf2d8b13fdbf9d24f7835903643', status: 'success' },
        { checksum: 'bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f', status: 'success' },
      ],
      sender: 'teller',
      timestamp: expect.stringMatching(/ \+0000$/),
    });
  });

  it.each([
    ['{"account":837,"amount":3}', '76985386eca80cf2d8b13fdbf9d24f7835903643'],
    ['{"amount":30,"id":1,"note":"Deposit to 1"}', 'f7b144dc6731f1a4b942d34187e65a505fa1d78f'],
    ['{}', 'bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f'],
    ['{"RequestID":"1","AccountID":1}', '85eed3d2701a4b71251cc982adaf71fbd059de44'],
    ['{"a":5.0}', '7a497d8cec501200045f03b7c0d2c9ca2d2904a2'],
    // white space between tokens: the sorted compact form counts
    ['{ "amount": 3, "account": 837 }', '76985386eca80cf2d8b13fdbf9d24f7835903643'],
  ])('gets for %s the checksum %s', async (data, checksum) => {
    const sender = await bus.connect();
    sender.say(
      `{"message_type":"new","events":[{"event_type":"T","consistency":{"key":"k"},"correlation_id":1,"data":${data}}]}`,
    );
    expect((await sender.hear('receipt')).receipts).toEqual([{ checksum, status: 'success' }]);
  });

  it('with several events is judged event by event', async () => {
    const sender = await bus.connect();
    expect(await judge(sender, valued(0), valued(5), valued(1))).toEqual([
      'success',
      'inconsistent',
      'success',
    ]);
  });

  it.each([['*'], [null], [undefined], [1], ['1']])(
    'takes the second value of a key as %j',
    async (value) => {
      const sender = await bus.connect();
      await judge(sender, valued(0));
      expect(await judge(sender, valued(value))).toEqual(['success']);
    },
  );

  it.each([[0], ['0'], [2], ['7']])('is inconsistent if the value is %j where 1 is next', async (value) => {
    const sender = await bus.connect();
    await judge(sender, valued(0));
    expect(await judge(sender, valued(value))).toEqual(['inconsistent']);
    expect(await judge(sender, valued(1))).toEqual(['success']);
  });

  it('may come in a binary frame', async () => {
    const sender = await bus.connect();
    sender.say(
      Buffer.from(JSON.stringify({ message_type: 'new', events: [newEvent('T', 'k', { ä: '€' })] })),
    );
    expect((await sender.hear('receipt')).receipts[0]?.status).toBe('success');
  });

  it('may come from somebody who never registered; its events have no sender', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['*']);
    expect(await sender.publish('T', 'k')).toMatchObject({ sender: '' });
    expect(await client.hear('event')).toMatchObject({ sender: '' });
  });

  it('gives all its events one time', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['*']);
    await judge(sender, newEvent('T', 'a'), newEvent('T', 'b'));
    const [first, second] = [await client.hear('event'), await client.hear('event')];
    expect(first).toMatchObject({ timestamp: (second as unknown as { timestamp: string }).timestamp });
  });
});

describe('ack', () => {
  it('echoes the event, whatever else stands in it; the event is then not owed any more', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    await sender.publish('T', 'k');
    const event = await client.hear('event');
    client.say({ ...event, message_type: 'ack', data: 'changed', extra: true });
    await sender.publish('T', 'k');
    await client.hear('event');
    await client.close();
    const next = await bus.connect();
    await next.register('accounts', ['T']);
    expect(await next.hear('event')).toMatchObject({ consistency: { key: 'k', value: 1 } });
  });

  it('may name the value as a text', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    await sender.publish('T', 'k');
    await client.hear('event');
    client.say({ message_type: 'ack', consistency: { key: 'k', value: '0' } });
    client.say({ message_type: 'query', event_types: ['*'], since: '*' });
    expect((await client.hear('rebuild')).events).toHaveLength(1);
  });

  it('is not needed from client types that the bus was told about', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('fire-and-forget', ['T']);
    await sender.publish('T', 'k');
    await client.hear('event');
    client.say({ message_type: 'query', event_types: ['*'], since: '*' });
    expect((await client.hear('rebuild')).events).toHaveLength(1);
  });

  it('missing: the event comes again to the next instance', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    await sender.publish('T', 'k', { n: 1 });
    await client.hear('event');
    await client.close();
    const next = await bus.connect();
    await next.register('accounts', ['T']);
    expect(await next.hear('event')).toMatchObject({ data: { n: 1 } });
  });
});

describe('query', () => {
  it('gives a registered base client what its type has acknowledged, in one message with base fields', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    await sender.publish('T', 'a', { n: 1 });
    await sender.publish('T', 'b', { n: 2 });
    const event = await client.hear('event');
    await client.hear('event');
    client.say({ ...event, message_type: 'ack' });
    client.say({ message_type: 'query', event_types: ['T'], since: '*' });
    expect(await client.hear('rebuild')).toEqual({
      message_type: 'rebuild',
      events: [
        {
          message_type: 'rebuild',
          event_type: 'T',
          consistency: { key: 'a', value: 0 },
          correlation_id: 1,
          data: { n: 1 },
          sender: '',
          session_id: expect.any(Number),
          timestamp: expect.any(String),
          timestamp_raw: expect.any(Number),
        },
      ],
    });
  });

  it('gives somebody who has not registered everything', async () => {
    const [client, sender] = [await bus.connect(), await bus.connect()];
    await client.register('accounts', ['T']);
    await sender.publish('T', 'a');
    await sender.publish('U', 'a');
    sender.say({ message_type: 'query', event_types: ['*'], since: '*' });
    expect((await sender.hear('rebuild')).events).toHaveLength(2);
  });

  it('gives only the types and the time that were asked for', async () => {
    const sender = await bus.connect();
    await sender.publish('T', 'a');
    await sender.publish('U', 'a');
    sender.say({ message_type: 'query', event_types: ['U'], since: '2001-01-01T00:00:00Z' });
    expect((await sender.hear('rebuild')).events).toMatchObject([{ event_type: 'U' }]);
    sender.say({ message_type: 'query', event_types: ['*'], since: '2999-01-01T00:00:00+01:00' });
    expect((await sender.hear('rebuild')).events).toEqual([]);
  });

  it('is answered in one message even if that is larger than any buffer, and nothing comes in between', async () => {
    const sender = await bus.connect();
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 40; n += 1)
      sender.say({ message_type: 'new', events: [newEvent('T', 'k', { n, text })] });
    for (let n = 0; n < 40; n += 1) await sender.hear('receipt');
    sender.say({ message_type: 'query', event_types: ['*'], since: '*' });
    sender.say({ message_type: 'new', events: [newEvent('T', 'k')] });
    const rebuild = await sender.hear('rebuild');
    expect(rebuild.events.map(({ data }) => (data as { n: number }).n)).toEqual([...Array(40).keys()]);
    await sender.hear('receipt');
  });
});

describe('sticky round robin', () => {
  it('follows the script of the protocol', async () => {
    const instances = [await bus.connect(), await bus.connect(), await bus.connect()];
    for (const instance of instances) await instance.register('accounts', ['T']);
    const sender = await bus.connect();
    const script = [
      ['acc-234', 0],
      ['acc-358', 1],
      ['acc-234', 0],
      ['acc-876', 2],
      ['acc-358', 1],
      ['acc-234', 0],
      ['acc-987', 0],
      ['acc-236', 1],
    ] as const;
    for (const [key, at] of script) {
      await sender.publish('T', key);
      const event = await instances[at]!.hear('event');
      expect(event).toMatchObject({ consistency: { key } });
      instances[at]!.say({ ...event, message_type: 'ack' });
    }
    for (const instance of instances) await instance.heardNothing();
  });
});

describe('what a base client may do wrong', () => {
  it.each([
    ['text that is no JSON', 'hello'],
    ['an array', '[]'],
    ['an unknown type', '{"message_type":"dance"}'],
    ['a new without events', '{"message_type":"new"}'],
    [
      'a new without a key',
      '{"message_type":"new","events":[{"event_type":"T","consistency":{},"data":{}}]}',
    ],
  ])('%s: it hears nothing, nothing changes, and it may go on', async (_what, frame) => {
    const client = await bus.connect();
    client.say(frame);
    await client.heardNothing();
    expect((await client.publish('T', 'k')).receipts[0]?.status).toBe('success');
  });
});
