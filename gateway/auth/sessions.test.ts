import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rig } from '../testing/rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
  rig.bank.user('ada', [1]);
});
afterEach(() => rig.stop());

const ADA = { username: 'ada', password: 'ada’s' };
const login = (body: object, headers = {}) => rig.ask('POST', '/login', { body, headers });

describe('signing in', () => {
  it('gives an access token and, to a program, a refresh token', async () => {
    const { status, body } = await login(ADA);
    expect(status).toBe(200);
    expect(body).toEqual({
      username: 'ada',
      access: expect.any(String),
      refresh: expect.any(String),
      expires_in: expect.any(Number),
    });
    expect(await rig.ask('GET', '/api/me', { headers: { access: String(body.access) } })).toMatchObject({
      status: 200,
    });
  });

  it('puts a browser’s refresh token into a cookie that no script can read, and nowhere else', async () => {
    const { body, headers } = await login({ ...ADA, session: 'cookie' });
    expect(body).not.toHaveProperty('refresh');
    const cookie = headers.get('set-cookie')!;
    expect(cookie).toMatch(/^refresh=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Strict$/);
    const refreshed = await rig.ask('POST', '/refresh', { headers: { cookie: cookie.split(';')[0]! } });
    expect(refreshed).toMatchObject({ status: 200, body: { username: 'ada' } });
  });

  it('registers, and signs in with the same', async () => {
    const answer = await rig.ask('POST', '/register', { body: { username: 'bob', password: 'b' } });
    expect(answer).toMatchObject({ status: 201, body: { username: 'bob', access: expect.any(String) } });
    expect(await rig.ask('POST', '/register', { body: ADA })).toMatchObject({
      status: 400,
      body: { error: 'the name ada is taken', field: 'username' },
    });
  });

  it('does not give an operator’s name to whoever comes first', async () => {
    for (const username of ['olga', 'olga']) {
      const answer = await rig.ask('POST', '/register', { body: { username, password: 'mine now' } });
      expect(answer).toMatchObject({
        status: 403,
        body: {
          code: 'forbidden',
          field: 'username',
          error: 'The name olga is reserved: it cannot be registered here.',
        },
      });
    }
    expect(rig.bank.heard.filter(({ url }) => url === '/user')).toEqual([]);
    expect((await login({ username: 'olga', password: 'mine now' })).status).toBe(401);
  });

  it('says the same of a wrong password and of a name that does not exist', async () => {
    const [wrong, unknown] = [
      await login({ ...ADA, password: 'x' }),
      await login({ ...ADA, username: 'nobody' }),
    ];
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
    expect(unknown.body).toEqual(wrong.body);
  });

  it.each(['ada', 'nobody'])(
    'is refused for a while after five wrong passwords for %s, the right one too',
    async (username) => {
      for (let n = 0; n < 5; n++) expect((await login({ username, password: 'x' })).status).toBe(401);
      const refused = await login({ username, password: 'ada’s' });
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(refused.headers.get('retry-after')).toBe('60');
      rig.clock.ms += 60_001;
      expect((await login({ username, password: 'x' })).status).toBe(401);
    },
  );

  it('gives no more than five guesses to a hundred that come at once', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => (await login({ ...ADA, password: 'x' })).status),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  });

  it('does not count what the service could not look at', async () => {
    rig.of('users')[0]!.instead = ({ url }) =>
      url === '/login' ? [503, { error: 'overloaded', message: 'busy' }] : undefined;
    for (let n = 0; n < 6; n++) expect((await login(ADA)).status).toBe(503);
    rig.of('users')[0]!.instead = undefined;
    await expect.poll(async () => (await login(ADA)).status).toBe(200);
  });
});

describe('signing out', () => {
  it('makes the refresh token useless and takes the cookie back', async () => {
    const { refresh } = (await login(ADA)).body;
    const out = await rig.ask('POST', '/logout', { body: { refresh } });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^refresh=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect(await rig.ask('POST', '/refresh', { body: { refresh } })).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
  });

  it('that fails keeps the cookie, so that it can be tried again', async () => {
    const { headers } = await login({ ...ADA, session: 'cookie' });
    const cookie = headers.get('set-cookie')!.split(';')[0]!;
    const [users] = rig.of('users');
    users!.instead = ({ url }) => (url === '/logout' ? 'cut' : undefined);
    const failed = await rig.ask('POST', '/logout', { headers: { cookie } });
    expect(failed).toMatchObject({ status: 503, body: { code: 'unknown_outcome' } });
    expect(failed.headers.get('set-cookie')).toBeNull();
    users!.instead = undefined;
    await expect
      .poll(async () => (await rig.ask('POST', '/logout', { headers: { cookie } })).status)
      .toBe(204);
    expect((await rig.ask('POST', '/refresh', { headers: { cookie } })).status).toBe(401);
  });

  it('succeeds for who is not signed in', async () => {
    expect((await rig.ask('POST', '/logout')).status).toBe(204);
    expect(
      (await rig.ask('POST', '/logout', { body: { refresh: await rig.bank.token('access', 'ada') } })).status,
    ).toBe(204);
  });

  it('does not take an access token for a refresh', async () => {
    const { access } = (await login(ADA)).body;
    expect((await rig.ask('POST', '/refresh', { body: { refresh: access } })).status).toBe(401);
    expect((await rig.ask('POST', '/refresh')).status).toBe(401);
  });
});

describe('another site', () => {
  it.each([
    ['by its origin', { origin: 'https://evil.example' }],
    ['with an origin it hides', { origin: 'null' }],
    ['by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['of the same domain', { 'sec-fetch-site': 'same-site' }],
  ])('is refused %s', async (_, headers) => {
    for (const path of ['/login', '/refresh', '/logout', '/register'])
      expect(await rig.ask('POST', path, { body: ADA, headers }), path).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
  });

  it('cannot send a form: only JSON is taken', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(await login(ADA, { 'content-type': type })).toMatchObject({
        status: 415,
        body: { code: 'bad_media_type' },
      });
  });

  it('is not what the page itself is', async () => {
    expect((await login(ADA, { origin: rig.gateway.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });
});
