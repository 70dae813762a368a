import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawClient } from '../testing/raw-client.js';
import { TestBus } from '../testing/test-bus.js';

const CORRELATION = '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef';

describe('the log over HTTP', () => {
  let bus: TestBus;
  let sender: RawClient;

  beforeAll(async () => {
    bus = await TestBus.start();
    sender = await bus.connect();
    sender.say(
      `{"message_type":"new","batch_id":"b1","events":[{"event_type":"Deposit","consistency":{"key":"acc/1"},"correlation":"${CORRELATION}","data":{"amount":5.0}}]}`,
    );
    await sender.hear('receipt');
    for (const type of ['Debit', 'Credit', 'Debit']) await sender.publish(type, 'acc-2', { type });
  });
  afterAll(() => bus.stop());

  async function positions(path: string): Promise<unknown> {
    const { status, body } = await bus.get(path);
    expect(status).toBe(200);
    return (body.events as { position: string }[]).map(({ position }) => position);
  }

  it('lists events in log order, with everything that is known of them', async () => {
    const { body } = await bus.get('/events?limit=1');
    expect(body).toEqual({
      events: [
        {
          message_type: 'event',
          event_type: 'Deposit',
          consistency: { key: 'acc/1', value: 0 },
          correlation_id: 0x00abcdef,
          correlation: CORRELATION,
          data: { amount: 5 },
          sender: '',
          session_id: expect.any(Number),
          timestamp: expect.any(String),
          timestamp_raw: expect.any(Number),
          time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
          event_id: expect.stringMatching(/-1$/),
          position: '1',
          batch_id: 'b1',
        },
      ],
      next: '1',
    });
  });

  it('leaves data as it was sent', async () => {
    const text = await (await fetch(`http://127.0.0.1:${bus.running.port}/events/1`)).text();
    expect(text).toContain('"data":{"amount":5.0}');
  });

  it('is paged by cursor to its end', async () => {
    expect(await positions('/events?limit=3')).toEqual(['1', '2', '3']);
    const { body } = await bus.get('/events?limit=3&after=3');
    expect(body).toMatchObject({ events: [{ position: '4' }] });
    expect(body).not.toHaveProperty('next');
  });

  it.each([
    ['event_types=Credit', ['3']],
    ['event_types=Credit,Deposit', ['1', '3']],
    ['key=acc-2', ['2', '3', '4']],
    [`correlation=${CORRELATION.toUpperCase()}`, ['1']],
    ['since=2999-01-01T00:00:00Z', []],
    ['until=2001-01-01T00:00:00Z', []],
    ['session_id=1', []],
  ])('is filtered by %s', async (filter, expected) => {
    expect(await positions(`/events?${filter}`)).toEqual(expected);
  });

  it('is read from the newest event downwards, page by page', async () => {
    const { body } = await bus.get('/events?order=newest&limit=3');
    expect(body).toMatchObject({
      events: [{ position: '4' }, { position: '3' }, { position: '2' }],
      next: '2',
    });
    const { body: last } = await bus.get('/events?order=newest&limit=3&before=2');
    expect(last).toMatchObject({ events: [{ position: '1' }] });
    expect(last).not.toHaveProperty('next');
    expect(await positions('/events?order=newest&event_types=Debit&limit=2')).toEqual(['4', '2']);
    expect(await positions('/events?order=newest&after=2')).toEqual(['4', '3']);
  });

  it.each([
    ['before=3', ['1', '2']],
    ['order=oldest&before=3', ['1', '2']],
    ['before=1', []],
    ['before=0', []],
    ['order=newest&before=0', []],
    ['before=999', ['1', '2', '3', '4']],
  ])('ends before a cursor: %s', async (query, expected) => {
    expect(await positions(`/events?${query}`)).toEqual(expected);
  });

  it.each([
    ['limit=0', 'limit'],
    ['before=x', 'before'],
    ['order=best', 'order'],
    ['limit=ten', 'limit'],
    ['limit=1001', 'limit'],
    ['after=x', 'after'],
    ['after=', 'after'],
    ['since=yesterday', 'since'],
    ['until=1', 'until'],
    ['session_id=-1', 'session_id'],
    ['event_types=A,,B', 'event_types'],
    ['key=a&key=b', 'key'],
    ['colour=red', 'colour'],
  ])('refuses %s, naming the parameter', async (query, field) => {
    const { status, body } = await bus.get(`/events?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'bad_request', field, message: expect.stringContaining(field) });
  });

  it('gives one event by its position, or says that there is none', async () => {
    expect((await bus.get('/events/3')).body).toMatchObject({ event_type: 'Credit', position: '3' });
    for (const position of ['0', '5', '999999']) {
      expect(await bus.get(`/events/${position}`)).toMatchObject({
        status: 404,
        body: { error: 'not_found' },
      });
    }
    expect(await bus.get('/events/third')).toMatchObject({ status: 400, body: { field: 'position' } });
  });

  it('gives the events of a correlation', async () => {
    expect(await positions(`/correlations/${CORRELATION}`)).toEqual(['1']);
    expect((await bus.get('/correlations/00000000-0000-8000-8000-0000000000ff')).status).toBe(404);
  });

  it('counts events per type, page by page', async () => {
    const { body } = await bus.get('/totals?limit=2');
    expect(body).toEqual({
      head: '4',
      judged: { accepted: 4, refused: 0 },
      totals: [
        { event_type: 'Credit', count: 1 },
        { event_type: 'Debit', count: 2 },
      ],
      next: 'Debit',
    });
    expect((await bus.get('/totals?after=Debit')).body).toEqual({
      head: '4',
      judged: { accepted: 4, refused: 0 },
      totals: [{ event_type: 'Deposit', count: 1 }],
    });
  });
});

describe('keys over HTTP', () => {
  let bus: TestBus;

  beforeAll(async () => {
    bus = await TestBus.start();
    const [holder, sender] = [await bus.connect(), await bus.connect()];
    await holder.register('accounts', ['T']);
    for (const key of ['b', 'a/1', 'a-2']) await sender.publish('T', key);
    for (const value of [5, 1]) {
      sender.say({
        message_type: 'new',
        events: [{ event_type: 'U', consistency: { key: 'b', value }, correlation_id: 1, data: {} }],
      });
      await sender.hear('receipt');
    }
  });
  afterAll(() => bus.stop());

  it('lists keys in order, by prefix, page by page', async () => {
    expect((await bus.get('/keys?limit=2')).body).toEqual({
      keys: [
        { key: 'a-2', head: 0, last_of_type: { T: 0 } },
        { key: 'a/1', head: 0, last_of_type: { T: 0 } },
      ],
      next: 'a/1',
    });
    expect((await bus.get('/keys?after=a%2F1')).body).toEqual({
      keys: [{ key: 'b', head: 1, last_of_type: { T: 0, U: 1 } }],
    });
    expect((await bus.get('/keys?prefix=a')).body).toMatchObject({ keys: [{ key: 'a-2' }, { key: 'a/1' }] });
  });

  it('shows the values of a key, the refused attempts between them, and who holds it', async () => {
    const { body } = await bus.get('/keys/b');
    expect(body).toMatchObject({
      key: 'b',
      head: 1,
      last_of_type: { T: 0, U: 1 },
      holders: [{ client_type: 'accounts', session_id: expect.any(Number) }],
      refused: [{ after_value: 0, event_type: 'U', expect: { kind: 'exact', value: 5 }, sender: '' }],
      events: [{ consistency: { value: 0 } }, { consistency: { value: 1 } }],
    });
  });

  it('shows a refused attempt on the page of the value that it came after', async () => {
    expect((await bus.get('/keys/b?limit=1')).body).toMatchObject({ refused: [{ after_value: 0 }] });
    expect((await bus.get('/keys/b?limit=1&after=3')).body).toMatchObject({
      refused: [],
      events: [{ consistency: { value: 1 } }],
    });
  });

  it('finds a key with a slash, and says of an unknown one that it is not there', async () => {
    expect((await bus.get('/keys/a%2F1')).body).toMatchObject({ key: 'a/1', head: 0 });
    expect(await bus.get('/keys/nobody')).toMatchObject({ status: 404, body: { error: 'not_found' } });
  });
});
