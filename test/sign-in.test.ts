/** Signing in at the users service, over the real bus, VM and engine: tokens, sessions, and what may be seen of passwords. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningBus, startBus } from '../bus/server/server.js';
import { RawClient } from '../bus/server/testing/raw-client.js';
import { createEventStore } from '../bus/store/registry.js';
import { createLogger } from '../common/log.js';
import { type RunningService, startService } from '../runtime/service/service.js';
import { until } from './support/until.js';

const PASSWORD = 'correct-horse-battery';

let folder: string;
let bus: RunningBus;
let users: RunningService;
let lines: string[];

beforeEach(async () => {
  lines = [];
  folder = await mkdtemp(join(tmpdir(), 'sign-in-'));
  bus = await startBus({ host: '127.0.0.1', port: 0, store: await createEventStore('memory') });
  await startUsers();
  await post('/user', { username: 'ann', password: PASSWORD });
});
afterEach(async () => {
  await users.stop();
  await bus.stop();
  await rm(folder, { recursive: true });
});

/** Its state is in memory: each start is a rebuild. */
async function startUsers(): Promise<void> {
  users = await startService({
    script: 'scripts/users.lua',
    bind: { host: '127.0.0.1', port: 0 },
    server: bus.address,
    state: 'memory',
    keys: join(folder, 'keys'),
    log: createLogger({
      name: 'users',
      level: 'trace',
      pretty: false,
      destination: { write: (line: string) => void lines.push(line) },
    }),
  });
  await until(() => users.state().kind === 'live');
}

async function ask(path: string, init: RequestInit = {}) {
  const { host, port } = users.address;
  const answer = await fetch(`http://${host}:${port}${path}`, init);
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) });

async function signedIn(): Promise<{ access: string; refresh: string }> {
  const { status, body } = await post('/login', { username: 'ann', password: PASSWORD });
  expect(status).toBe(200);
  return body;
}

describe('who signs in', () => {
  test('gets an access token and a refresh token of the own name', async () => {
    const { access, refresh } = await signedIn();
    expect(decodeJwt(access)).toMatchObject({ sub: 'ann', aud: 'access', iss: 'autokrator' });
    expect(decodeJwt(refresh)).toMatchObject({ sub: 'ann', aud: 'refresh', jti: expect.any(String) });
    const { body } = await ask('/.well-known/jwks.json');
    expect(body.keys).toEqual([expect.objectContaining({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' })]);
  });

  test('gets the same refusal for a wrong password, an unknown name, and a user without password', async () => {
    await post('/user', { username: 'bob' });
    const answers = [
      await post('/login', { username: 'ann', password: 'wrong' }),
      await post('/login', { username: 'nobody', password: PASSWORD }),
      await post('/login', { username: 'bob', password: PASSWORD }),
    ];
    for (const answer of answers)
      expect(answer).toEqual({ status: 401, body: { error: 'wrong name or password' } });
  });

  test.each([
    [undefined, 'body'],
    [{ username: 'ann' }, 'password'],
    [{ username: 7, password: 'x' }, 'username'],
    [{ username: 'ann', password: { a: 1 } }, 'password'],
  ])('is told what is wrong with %j', async (body, field) => {
    expect(await post('/login', body)).toMatchObject({ status: 400, body: { field } });
  });
});

describe('a refresh token', () => {
  test('gives access tokens, and an access token does not', async () => {
    const { access, refresh } = await signedIn();
    const fresh = await post('/refresh', { refresh });
    expect(fresh.status).toBe(200);
    expect(decodeJwt(fresh.body.access)).toMatchObject({ sub: 'ann', aud: 'access' });
    for (const body of [{ refresh: access }, { refresh: 'x' }, { refresh: 7 }, {}, undefined])
      expect(await post('/refresh', body)).toEqual({ status: 401, body: { error: 'sign in again' } });
  });

  test('is refused after the logout, also by a service that was rebuilt; other sessions go on', async () => {
    const [ended, other] = [await signedIn(), await signedIn()];
    const logout = () => post('/logout', { refresh: ended.refresh });
    expect(await logout()).toEqual({ status: 204, body: undefined });
    expect((await post('/refresh', ended)).status).toBe(401);
    expect((await post('/refresh', other)).status).toBe(200);
    await users.stop();
    await startUsers();
    expect((await post('/refresh', ended)).status).toBe(401);
    expect((await post('/refresh', other)).status).toBe(200);
    expect((await logout()).status).toBe(204);
  });
});

test('a session is over when the logout is answered, though its event waits behind one that cannot be handled', async () => {
  const { refresh } = await signedIn();
  const sender = await RawClient.connect(bus.address);
  await sender.publish('UserCreated', 'user-ann', {});
  expect((await post('/logout', { refresh })).status).toBe(204);
  expect((await post('/refresh', { refresh })).status).toBe(401);
  await sender.close();
});

test('neither password nor token is ever in a log line or in an event; the hash is in UserCredentialSet only', async () => {
  const { access, refresh } = await signedIn();
  await post('/login', { username: 'ann', password: 'wrong-horse' });
  await post('/refresh', { refresh });
  await post('/logout', { refresh });
  await post('/login', { username: 'ann', password: PASSWORD, more: '{' });
  const answer = await fetch(`${bus.address.replace('ws:', 'http:')}/events?limit=100`);
  const { events } = (await answer.json()) as { events: { event_type: string }[] };
  expect(events.map(({ event_type: type }) => type)).toEqual([
    'UserCreated',
    'UserCredentialSet',
    'SessionEnded',
  ]);
  const [, credential, ...rest] = events.map((event) => JSON.stringify(event));
  const hash = /scrypt\$[^"]+/.exec(credential ?? '')?.[0] ?? 'no hash';
  const everywhere = [...lines, JSON.stringify(events)].join('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const secret of [PASSWORD, 'wrong-horse', access, refresh]) expect(everywhere).not.toContain(secret);
  expect(hash).toMatch(/^scrypt\$32768/);
  expect([...lines, ...rest].join('\n')).not.toContain(hash);
});
