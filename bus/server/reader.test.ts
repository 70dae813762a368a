/** Sessions that only read, with the rights of a client type and without being an instance of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRights } from './rights.js';
import { ALL_FEATURES, newEvent, type RawClient } from './testing/raw-client.js';
import { TestBus } from './testing/test-bus.js';

const TOKEN = 'the-token-of-accounts';
const RIGHTS = parseRights(
  JSON.stringify({
    client_types: {
      accounts: { token: TOKEN, send: ['T'], receive: ['T', 'U'] },
      other: { send: ['T', 'U'], receive: [] },
    },
  }),
);

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start({ rights: RIGHTS });
});
afterEach(() => bus.stop());

async function reader(token = TOKEN): Promise<RawClient> {
  const client = await bus.connect();
  client.say({
    message_type: 'register',
    client_type: 'accounts',
    event_types: ['U'],
    features: ALL_FEATURES,
    token,
    reader: true,
  });
  return client;
}

async function sender(): Promise<RawClient> {
  const client = await bus.connect();
  await client.register('other', [], { features: ALL_FEATURES });
  return client;
}

describe('[P53] a reader', () => {
  it('is told where the log stands, and reads what its client type may receive', async () => {
    await (await sender()).publish('T', 'k', { n: 1 });
    const client = await reader();
    expect(await client.hear('registration')).toMatchObject({ client_type: 'accounts', head: '1' });
    client.say({ message_type: 'query', event_types: ['T'], query_id: 'q' });
    expect((await client.hear('rebuild')).events).toMatchObject([{ event_type: 'T', data: { n: 1 } }]);
    client.say({ message_type: 'query', event_types: ['V'], query_id: 'q' });
    expect(await client.hear('error')).toMatchObject({ code: 'forbidden' });
  });

  it('needs the token of its client type', async () => {
    expect(await (await reader('another-token-altogether')).hear('error')).toMatchObject({
      code: 'unauthorized',
    });
  });

  it('changes no subscription, is no instance, and is given no events', async () => {
    const instance = await bus.connect();
    await instance.register('accounts', ['T'], { features: ALL_FEATURES, token: TOKEN });
    const before = bus.running.views.services();
    const client = await reader();
    await client.hear('registration');
    expect(bus.running.views.services()).toEqual(before);
    const other = await sender();
    for (const key of ['a', 'b', 'c']) await other.publish('T', key);
    expect(await instance.hearEvents(3)).toMatchObject(
      ['a', 'b', 'c'].map((key) => ({ consistency: { key } })),
    );
    await client.heardNothing();
  });

  it('makes no client type known that was not', async () => {
    await (await reader()).hear('registration');
    expect(bus.running.views.services()).toEqual([]);
  });

  it('may not send, not even what its client type may', async () => {
    const client = await reader();
    await client.hear('registration');
    client.say({ message_type: 'new', batch_id: 'b', events: [newEvent('T', 'k')] });
    expect(await client.hear('error')).toMatchObject({ code: 'forbidden', about: { batch_id: 'b' } });
    expect(bus.running.views.head()).toBe(0);
  });

  it('may become an instance, but an instance no reader', async () => {
    const client = await reader();
    await client.hear('registration');
    await client.register('accounts', ['T'], { features: ALL_FEATURES, token: TOKEN });
    client.say({
      message_type: 'register',
      client_type: 'accounts',
      event_types: [],
      features: ALL_FEATURES,
      token: TOKEN,
      reader: true,
    });
    expect(await client.hear('error')).toMatchObject({ code: 'bad_message' });
    await client.publish('T', 'k');
    expect(await client.hearEvents(1)).toMatchObject([{ consistency: { key: 'k' } }]);
  });
});
