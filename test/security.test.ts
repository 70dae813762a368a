/**
 * What an attacker can reach: the gateway from outside and, from inside, the bus. Real processes, real keys and real rights; whatever
 * was tried, no event may have come of it.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importPKCS8,
  type JWTHeaderParameters,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { ALL_FEATURES, newEvent, RawClient } from '../bus/server/testing/raw-client.js';
import { readTokens, type Tokens } from '../deploy/rights.js';
import { ask, Customer, PASSWORD } from './support/customer.js';
import { System } from './support/system.js';
import { until } from './support/until.js';

const EVIL = 'https://evil.example';
const GUESSES = 5;

let system: System;
let gateway: string;
/** Has account `theirs` with 1,000 on it, and has sent 1 of it to `second`, their other one. */
let ada: Customer;
let theirs: number;
let second: number;
let transfer: number;
let request: string;
/** Has an account of her own. */
let eve: Customer;
let hers: number;
let operator: Customer;
let head: unknown;

beforeAll(async () => {
  system = await System.start({ gateway: { operators: ['olga'] } });
  gateway = system.url('gateway');
  [ada, eve, operator] = await Promise.all([
    Customer.register(gateway, 'ada'),
    Customer.register(gateway, 'eve'),
    Customer.signIn(gateway, 'olga'),
  ]);
  [theirs, hers] = await Promise.all([ada.open(1_000), eve.open(10)]);
  second = await ada.open();
  request = String((await ada.ask('/api/accounts', { body: {} })).body.request_id);
  await until(async () => (await ada.accounts()).length === 3);
  const sent = await ada.ask('/api/transfers', { body: { from: theirs, to: second, amount: 1 } });
  transfer = Number(sent.body.transaction_id);
  await until(async () => (await ada.balance(second)) === 1);
});
afterAll(() => system?.stop());

beforeEach(async () => {
  head = (await system.askBus('/totals')).head;
});
afterEach(async () => {
  expect((await system.askBus('/totals')).head, 'newest position of the log').toBe(head);
});

describe('another’s account', () => {
  const READS: readonly (readonly [string, () => string])[] = [
    ['its balance', () => `/api/accounts/${theirs}`],
    ['its statement', () => `/api/accounts/${theirs}/statement`],
    ['a transfer between two of them', () => `/api/transfers/${transfer}`],
    ['how it was opened', () => `/api/accounts/requests/${request}`],
    ['all of it, the old way', () => '/init?user_name=ada'],
  ];
  it.each(READS)('cannot be read: %s', async (_, path) => {
    expect((await ada.ask(path())).status).toBe(200);
    const [refused, unknown] = await Promise.all([eve.ask(path()), eve.ask('/api/accounts/999999')]);
    expect(refused.status).toBe(404);
    expect(refused.body.code).toBe(unknown.body.code);
  });

  const COMMANDS: readonly (readonly [string, () => readonly [string, object]])[] = [
    ['a transfer from it', () => ['/api/transfers', { from: theirs, to: hers, amount: 1 }]],
    ['a deposit', () => [`/api/accounts/${theirs}/deposit`, { amount: 1 }]],
    ['a withdrawal', () => [`/api/accounts/${theirs}/withdrawal`, { amount: 1 }]],
    [
      'a transfer from it, the old way',
      () => ['/transaction/send', { from_account_id: theirs, to_account_id: hers, amount: 1 }],
    ],
    ['a deposit, the old way', () => ['/transaction/deposit', { toAccount: theirs, amount: 1 }]],
    ['a withdrawal, the old way', () => ['/transaction/withdrawal', { fromAccount: theirs, amount: 1 }]],
  ];
  it.each(COMMANDS)('cannot be moved: %s', async (_, command) => {
    const [path, body] = command();
    expect((await eve.ask(path, { body })).status).toBe(404);
    const key = { 'idempotency-key': 'of ada' };
    expect((await eve.ask(path, { body, headers: key })).status).toBe(404);
  });

  it('cannot be watched, the old way or the new', async () => {
    const old = await talk('/updates', [
      { account_ids: [theirs], after: { [theirs]: 0 }, access: eve.tokens.access },
    ]);
    expect(old).toEqual([expect.objectContaining({ update_type: 'error', code: 'not_found' })]);
    const topics = [`account:${theirs}`, `transfer:${transfer}`, 'user:ada', 'events', 'parked', 'services'];
    const page = await talk('/api/live', [
      { type: 'hello', access: eve.tokens.access },
      ...topics.map((topic) => ({ type: 'subscribe', topic, after: -1 })),
    ]);
    expect(page).toEqual([
      { type: 'ready' },
      ...topics.map((topic) => expect.objectContaining({ type: 'error', topic })),
    ]);
  });

  it('is reached by no header that somebody makes up', async () => {
    for (const name of ['x-caller', 'x-user', 'x-forwarded-user', 'x-operator', 'x-correlation-id'])
      for (const value of ['ada', 'olga']) {
        const headers = { [name]: value };
        expect((await eve.ask(`/api/accounts/${theirs}`, { headers })).status, name).toBe(404);
        expect((await eve.ask('/api/operator/totals', { headers })).status, name).toBe(403);
        expect((await ask(gateway, `/api/accounts/${theirs}?x-user=ada`, { headers })).status).toBe(401);
        const withdrawal = { headers, body: { amount: 1 } };
        expect((await eve.ask(`/api/accounts/${theirs}/withdrawal`, withdrawal)).status, name).toBe(404);
      }
    expect((await eve.ask('/api/me', { headers: { 'x-caller': 'ada', 'x-user': 'ada' } })).body).toEqual({
      username: 'eve',
      operator: false,
    });
  });

  it('is reached by no way around the gateway’s own routes', async () => {
    for (const path of [
      `/services/accounts/account/${theirs}`,
      `/services/users/user/ada`,
      `/api/accounts/${hers}/../${theirs}`,
      `/api/accounts/${hers}%2f..%2f..%2faccount%2f${theirs}/statement`,
      `/api/accounts/0${theirs}`,
      '/api/operator/events',
      `/api/operator/keys/acc-${theirs}`,
      '/api/operator/totals',
      '/api/operator/parked',
    ])
      expect([400, 403, 404], path).toContain((await eve.ask(path)).status);
    const spent = await eve.ask(`/services/accounts/account/${theirs}/withdrawal`, { body: { amount: 1 } });
    expect(spent.status).toBe(403);
  });
});

describe('a token', () => {
  let headOf: { alg: 'EdDSA'; kid: string };
  let key: Awaited<ReturnType<typeof importPKCS8>>;
  beforeAll(async () => {
    key = await importPKCS8(await readFile(join(system.data, 'keys/token-signing.pem'), 'utf8'), 'EdDSA', {
      extractable: true,
    });
    const [header] = ada.tokens.access.split('.');
    headOf = JSON.parse(Buffer.from(header!, 'base64url').toString());
  });

  const claims = (
    audience = 'access',
    expires: number | string = '5m',
    header: JWTHeaderParameters = headOf,
  ) =>
    new SignJWT({ jti: 'made-up' })
      .setProtectedHeader(header)
      .setIssuer('autokrator')
      .setSubject('ada')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(expires);

  const unsigned = (alg: string) => {
    const [, payload] = ada.tokens.access.split('.');
    return `${Buffer.from(JSON.stringify({ ...headOf, alg })).toString('base64url')}.${payload}.`;
  };

  it('of the users service’s own key would be taken: what is refused below is refused for its own fault', async () => {
    expect(await statusOf(await claims().sign(key))).toBe(200);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['that has run out', () => claims('access', Math.floor(Date.now() / 1000) - 1).sign(key)],
    ['for refreshing', () => ada.tokens.refresh],
    ['for something else', () => claims('anything').sign(key)],
    ['that names another user', () => altered(ada.tokens.access)],
    ['whose signature is cut off', () => ada.tokens.access.replace(/[^.]*$/, '')],
    ['of the algorithm none', () => unsigned('none')],
    ['of the algorithm nOnE', () => unsigned('nOnE')],
    [
      'without a signature',
      () =>
        new UnsecuredJWT({ sub: 'ada' })
          .setIssuer('autokrator')
          .setAudience('access')
          .setExpirationTime('1h')
          .encode(),
    ],
    ['of another key', async () => claims().sign((await generateKeyPair('EdDSA')).privateKey)],
    [
      'of another key that it brings along',
      async () => {
        const pair = await generateKeyPair('EdDSA');
        const jwk = await exportJWK(pair.publicKey);
        const header = { ...headOf, jwk, kid: await calculateJwkThumbprint(jwk) };
        return claims('access', '5m', header).sign(pair.privateKey);
      },
    ],
    [
      'signed with the public key as if it were a password',
      async () => {
        const { x } = await exportJWK(key);
        const header = { ...headOf, alg: 'HS256' };
        return claims('access', '5m', header).sign(Buffer.from(x!, 'base64url').subarray(0, 32));
      },
    ],
  ])('%s is refused', async (_, make) => {
    const token = await make();
    expect(await statusOf(token)).toBe(401);
    const frames = await talk('/api/live', [{ type: 'hello', access: token }]);
    expect(frames).toEqual([expect.objectContaining({ type: 'error', code: 'unauthorized' })]);
  });

  it('that a client shows in the address is not looked at', async () => {
    for (const name of ['access', 'token', 'access_token', 'x-user'])
      expect((await ask(gateway, `/api/me?${name}=${ada.tokens.access}`)).status).toBe(401);
  });

  async function statusOf(token: string): Promise<number> {
    const [bearer, plain] = await Promise.all([
      ask(gateway, '/api/me', { headers: { authorization: `Bearer ${token}` } }),
      ask(gateway, '/api/me', { headers: { access: token } }),
    ]);
    expect(plain.status).toBe(bearer.status);
    return bearer.status;
  }
});

describe('a password', () => {
  const login = (username: string, password: string, headers = {}) =>
    ask(gateway, '/login', { body: { username, password }, headers });

  it('is not found out by guessing: throttled, in the same words for a name that does not exist', async () => {
    const answers: Record<string, unknown[]> = {};
    for (const username of ['ada', 'nobody'])
      for (let n = 0; n <= GUESSES; n++) {
        // Who says to come from elsewhere each time is not believed.
        const { status, body } = await login(username, `guess ${n}`, { 'x-forwarded-for': `10.0.0.${n}` });
        const { error, code } = body;
        answers[username] = [...(answers[username] ?? []), { status, error, code }];
      }
    expect(answers.nobody).toEqual(answers.ada);
    expect(answers.ada?.map((answer) => (answer as { status: number }).status)).toEqual([
      ...Array<number>(GUESSES).fill(401),
      429,
    ]);
    const refused = await login('ada', PASSWORD);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('takes as long to be refused for a name that does not exist', async () => {
    const times: Record<string, number[]> = { eve: [], nemo: [] };
    for (let n = 0; n < GUESSES; n++)
      for (const username of ['eve', 'nemo']) {
        const startedAt = performance.now();
        expect((await login(username, 'wrong')).status).toBe(401);
        times[username]!.push(performance.now() - startedAt);
      }
    const [known, unknown] = [times.eve!, times.nemo!].map((list) => Math.min(...list)) as [number, number];
    // A password that is not hashed is refused ten times as fast.
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });
});

it('a password is hashed and masked: nobody who reads the log sees it', async () => {
  const answer = await operator.ask('/api/operator/events?event_types=UserCredentialSet');
  const events = answer.body.events as { data: unknown; masked: boolean }[];
  expect(events.length).toBeGreaterThanOrEqual(3);
  expect(events.every(({ data, masked }) => data === null && masked)).toBe(true);
  for (const secret of [PASSWORD, ada.tokens.refresh, ada.tokens.access])
    expect(system.output.some((line) => line.includes(secret))).toBe(false);
});

describe('another site', () => {
  it.each([
    ['its origin', { origin: EVIL }],
    ['an origin that it hides', { origin: 'null' }],
    ['what the browser says of it', { 'sec-fetch-site': 'cross-site' }],
  ])('cannot command anything, known by %s', async (_, headers) => {
    for (const [path, body] of [
      ['/api/transfers', { from: theirs, to: hers, amount: 1 }],
      [`/api/accounts/${theirs}/withdrawal`, { amount: 1 }],
      ['/transaction/withdrawal', { fromAccount: theirs, amount: 1 }],
      ['/refresh', { refresh: ada.tokens.refresh }],
    ] as const) {
      const answer = await ada.ask(path, { body, headers });
      expect(answer.status, path).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('cannot send a form', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const headers = { 'content-type': type };
      expect(
        (await ada.ask(`/api/accounts/${theirs}/withdrawal`, { body: { amount: 1 }, headers })).status,
      ).toBe(415);
    }
  });

  it.each(['/updates', '/api/live'])('gets no socket at %s', async (path) => {
    await expect(talk(path, [], { origin: EVIL })).rejects.toThrow('403');
  });
});

describe('a session that is over', () => {
  let events = 0;
  afterEach(async () => {
    // That a session has ended is an event; nothing else is.
    const now = (await system.askBus('/events?event_types=SessionEnded')).events as unknown[];
    expect(now.length).toBe(events + 1);
    events = now.length;
    head = (await system.askBus('/totals')).head;
  });

  it('gives no more tokens, to a program and to a browser', async () => {
    const { body } = await ask(gateway, '/login', { body: { username: 'olga', password: PASSWORD } });
    const refresh = { body: { refresh: body.refresh } };
    expect((await ask(gateway, '/refresh', refresh)).status).toBe(200);
    expect((await ask(gateway, '/logout', refresh)).status).toBe(204);
    expect((await ask(gateway, '/refresh', refresh)).status).toBe(401);
    const headers = { cookie: `refresh=${body.refresh}` };
    expect((await ask(gateway, '/refresh', { headers, method: 'POST' })).status).toBe(401);
  });
});

/** Last: who registers as a service is an instance of it from then on, and decides what it hears. */
describe('at the bus', () => {
  let tokens: Tokens;
  let client: RawClient;
  beforeAll(async () => {
    tokens = await readTokens(system.data);
  });
  beforeEach(async () => {
    client = await RawClient.connect(system.url('bus').replace('http', 'ws'));
  });
  afterEach(() => client.close());

  const register = (clientType: string, token: string | undefined, eventTypes: readonly string[] = []) =>
    client.say({
      message_type: 'register',
      client_type: clientType,
      event_types: eventTypes,
      features: ALL_FEATURES,
      token,
    });
  const send = (type: string) =>
    client.say({
      message_type: 'new',
      batch_id: 'b-1',
      events: [newEvent(type, `acc-${hers}`, { id: hers, amount: 1, note: '' })],
    });

  it.each<[string, () => string | undefined]>([
    ['a wrong token', () => 'not-the-token'],
    ['no token', () => undefined],
    ['the token of users', () => tokens.of('users')],
    ['the token of operators', () => tokens.operator],
  ])('nobody passes for the accounts service with %s, nor makes money so', async (_, token) => {
    register('accounts', token());
    expect(await client.hear('error')).toMatchObject({ code: 'unauthorized' });
    send('ConfirmedCredit');
  });

  it.each([
    ['users', 'ConfirmedCredit'],
    ['transactions', 'ConfirmedCredit'],
    ['transactions', 'ConfirmedDebit'],
    ['loyalty', 'ConfirmedDebit'],
    ['users', 'AccountCreated'],
    ['accounts', 'UserCredentialSet'],
    ['a-stranger', 'ConfirmedCredit'],
    ['a-stranger', 'PendingTransaction'],
    ['a-stranger', 'UserCredentialSet'],
  ])('%s may not send %s', async (clientType, type) => {
    register(clientType, tokens.of(clientType));
    await client.hear('registration');
    send(type);
    expect(await client.hear('error')).toMatchObject({ code: 'forbidden', about: { batch_id: 'b-1' } });
  });

  it.each(['accounts', 'transactions', 'loyalty', 'a-stranger'])(
    '%s may not hear passwords',
    async (clientType) => {
      for (const eventTypes of [['UserCredentialSet'], ['UserCreated', 'UserCredentialSet']]) {
        register(clientType, tokens.of(clientType), eventTypes);
        expect(await client.hear('error')).toMatchObject({ code: 'forbidden' });
      }
    },
  );

  it('the HTTP side tells nothing without the operators’ token', async () => {
    for (const path of ['/events', '/totals', '/services', `/keys/acc-${theirs}`, '/parked'])
      for (const token of [undefined, 'x', tokens.of('users'), ada.tokens.access]) {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        expect((await fetch(system.url('bus') + path, { headers })).status, path).toBe(401);
      }
  });
});

/** Says these frames at a socket of the gateway and gives as many answers; one per frame. @throws if the socket is refused */
async function talk(
  path: string,
  frames: readonly object[],
  options: ClientOptions = {},
): Promise<unknown[]> {
  const socket = new WebSocket(gateway.replace('http', 'ws') + path, options);
  const heard: unknown[] = [];
  socket.on('message', (text) => heard.push(JSON.parse(String(text))));
  try {
    await once(socket, 'open');
    for (const frame of frames) socket.send(JSON.stringify(frame));
    await expect.poll(() => heard.length).toBe(frames.length);
    return heard;
  } finally {
    socket.terminate();
  }
}

/** The same token with another user in it. */
function altered(token: string): string {
  const [head, claims, signature] = token.split('.');
  const text = Buffer.from(claims!, 'base64url').toString().replace('"ada"', '"olga"');
  return [head, Buffer.from(text).toString('base64url'), signature].join('.');
}
