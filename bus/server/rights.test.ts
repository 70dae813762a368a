import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RightsFile } from '../../common/rights-file.js';
import { OPEN_RIGHTS, parseRights } from './rights.js';
import { ALL_FEATURES, type RawClient } from './testing/raw-client.js';
import { TestBus } from './testing/test-bus.js';

const USERS = 'the-token-of-users';
const OPERATOR = 'the-token-of-operators';

const FILE: RightsFile = {
  client_types: {
    users: {
      token: USERS,
      send: ['UserCreated', 'UserCredentialSet'],
      receive: ['UserCreated', 'UserCredentialSet'],
    },
    accounts: { token: 'the-token-of-accounts', send: ['AccountCreated'], receive: ['UserCreated'] },
    old: { send: ['UserCreated'], receive: ['*'] },
    mute: { token: 'the-token-of-the-mute', send: ['*'], receive: [] },
  },
  operator_token: OPERATOR,
  masked: ['UserCredentialSet'],
};

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start({ rights: parseRights(JSON.stringify(FILE)) });
});
afterEach(() => bus.stop());

async function registered(
  clientType: string,
  token: string | undefined,
  types: readonly string[],
): Promise<RawClient> {
  const client = await bus.connect();
  client.say({
    message_type: 'register',
    client_type: clientType,
    event_types: types,
    features: ALL_FEATURES,
    token,
  });
  return client;
}

async function users(): Promise<RawClient> {
  const client = await registered('users', USERS, ['UserCreated', 'UserCredentialSet']);
  await client.hear('registration');
  return client;
}

function aNew(type: string, batchId = 'b-1'): object {
  return {
    message_type: 'new',
    batch_id: batchId,
    events: [{ event_type: type, consistency: { key: 'user-ada' }, data: { secret: 'hash' } }],
  };
}

function http(path: string, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`http://127.0.0.1:${bus.running.port}${path}`, { headers });
}

describe('P49: a registration', () => {
  it.each([
    ['a wrong token', 'users', 'not-the-token-of-users'],
    ['no token', 'users', undefined],
    ['another type’s token', 'users', 'the-token-of-accounts'],
    ['an unknown client type', 'nobody', USERS],
    ['a name that every object has', 'constructor', undefined],
  ])('with %s is refused', async (_, clientType, token) => {
    const client = await registered(clientType, token, []);
    expect(await client.hear('error')).toMatchObject({
      code: 'unauthorized',
      about: { message_type: 'register' },
    });
    client.say(aNew('UserCreated'));
    client.say({ message_type: 'query', event_types: ['*'], query_id: 'q' });
    // Nothing was granted, so nothing is sent or read: the refusals have nobody to go to who knows errors.
    const other = await users();
    other.say({ message_type: 'query', event_types: ['*'], query_id: 'q' });
    expect((await other.hear('rebuild')).events).toEqual([]);
  });

  it('of a client type without a token works as it always did', async () => {
    const client = await bus.connect();
    client.say({ message_type: 'register', client_type: 'old', event_types: ['*'] });
    await client.hear('registration');
    client.say({
      message_type: 'new',
      events: [{ event_type: 'UserCreated', consistency: { key: 'k' }, data: {} }],
    });
    await client.hear('receipt');
  });

  it('that is refused leaves the one before it as it was', async () => {
    const client = await users();
    client.say({
      message_type: 'register',
      client_type: 'accounts',
      event_types: [],
      features: ALL_FEATURES,
    });
    expect(await client.hear('error')).toMatchObject({ code: 'unauthorized' });
    client.say(aNew('UserCreated'));
    expect((await client.hear('receipt')).receipts).toMatchObject([{ status: 'success' }]);
  });
});

describe('P50: event types', () => {
  it('that a client may not send are refused, with the whole batch', async () => {
    const client = await users();
    const batch = aNew('UserCreated') as { events: object[] };
    batch.events.push({ event_type: 'AccountCreated', consistency: { key: 'acc-1' }, data: {} });
    client.say(batch);
    expect(await client.hear('error')).toMatchObject({
      code: 'forbidden',
      message: 'this client may not send AccountCreated',
      about: { message_type: 'new', batch_id: 'b-1' },
    });
    expect(bus.running.views.head()).toBe(0);
  });

  it.each(['register', 'query', 'observe'])(
    'that a client may not receive are refused to a %s',
    async (reading) => {
      const client = await registered('accounts', 'the-token-of-accounts', ['UserCreated']);
      await client.hear('registration');
      const token = 'the-token-of-accounts';
      client.say({
        message_type: reading,
        client_type: 'accounts',
        event_types: ['UserCredentialSet'],
        token,
      });
      expect(await client.hear('error')).toMatchObject({
        code: 'forbidden',
        message: 'this client may not receive UserCredentialSet',
        about: { message_type: reading },
      });
    },
  );

  it('are those that the client may receive, if it asks for all; where the log ends, it is told all the same', async () => {
    const sender = await users();
    sender.say(aNew('UserCreated'));
    sender.say(aNew('UserCredentialSet', 'b-2'));
    await sender.hear('receipt');
    await sender.hear('receipt');
    const client = await registered('accounts', 'the-token-of-accounts', ['*']);
    expect(await client.hear('registration')).toMatchObject({ event_types: ['UserCreated'] });
    client.say({ message_type: 'query', event_types: ['*'], query_id: 'q', acknowledged_only: false });
    const { events, head } = await client.hear('rebuild');
    expect(events.map((event) => event.event_type)).toEqual(['UserCreated']);
    expect(head).toBe('2');
  });

  it('cannot all be asked for by a client that may receive none', async () => {
    const client = await registered('mute', 'the-token-of-the-mute', ['*']);
    expect(await client.hear('error')).toMatchObject({ code: 'forbidden' });
  });
});

describe('P49: with `others`, a client type that is not named', () => {
  beforeEach(async () => {
    await bus.stop();
    bus = await TestBus.start({ rights: parseRights(JSON.stringify({ ...RESERVED, others: true })) });
  });

  const RESERVED: RightsFile = {
    client_types: { users: FILE.client_types.users! },
    masked: ['UserCredentialSet'],
  };

  it('needs no token, sends what is nobody’s, and receives what is not masked', async () => {
    const client = await registered('spending', undefined, ['UserCreated']);
    await client.hear('registration');
    client.say(aNew('Spent'));
    expect((await client.hear('receipt')).receipts).toMatchObject([{ status: 'success' }]);
    client.say(aNew('UserCreated', 'b-2'));
    expect(await client.hear('error')).toMatchObject({ code: 'forbidden' });
  });

  it.each([['UserCredentialSet'], ['*']])('may not ask for %s', async (type) => {
    const client = await registered('spending', undefined, [type]);
    expect(await client.hear('error')).toMatchObject({ code: 'forbidden' });
  });

  it('is not the one that is named: that needs its token', async () => {
    const client = await registered('users', undefined, []);
    expect(await client.hear('error')).toMatchObject({ code: 'unauthorized' });
  });
});

describe('P51: the HTTP side', () => {
  it.each(['/events', '/events/stream', '/keys', '/services', '/metrics', '/parked', '/nowhere'])(
    'wants the operators’ token for %s',
    async (path) => {
      for (const token of [undefined, 'not-the-token-of-operators', USERS]) {
        const answer = await http(path, token);
        expect(answer.status).toBe(401);
        expect(await answer.json()).toMatchObject({ error: 'unauthorized' });
      }
    },
  );

  it.each(['/health', '/ready'])('answers %s without one', async (path) => {
    expect((await http(path)).status).toBe(200);
  });

  it('does not tell what a masked event says, wherever it shows it', async () => {
    const client = await users();
    client.say(aNew('UserCredentialSet'));
    await client.hear('receipt');
    for (const path of ['/events', '/events/1', '/keys/user-ada']) {
      const text = await (await http(path, OPERATOR)).text();
      expect(text).toContain('"data":null,');
      expect(text).toContain('"masked":true');
      expect(text).not.toContain('hash');
    }
  });
});

describe('a rights file', () => {
  it.each([
    ['no JSON', '{', /JSON/],
    ['a field that nobody knows', '{"client_types":{},"mask":[]}', /additional properties/],
    [
      'a short token',
      '{"client_types":{"a":{"token":"x","send":[],"receive":[]}}}',
      /client_types\/a\/token/,
    ],
    ['no list of what may be sent', '{"client_types":{"a":{"receive":[]}}}', /send/],
  ])('with %s is refused', (_, text, problem) => {
    expect(() => parseRights(text)).toThrow(problem);
  });

  it('is not needed: then everybody may do everything', () => {
    expect(OPEN_RIGHTS.isOperator(undefined)).toBe(true);
    expect(OPEN_RIGHTS.stranger.maySend('Anything')).toBe(true);
  });
});
