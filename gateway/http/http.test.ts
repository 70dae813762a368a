import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Listener } from '../testing/listener.js';
import { Rig } from '../testing/rig.js';

let rig: Rig;
let folder: string | undefined;
afterEach(async () => {
  await rig.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

const HTML = { accept: 'text/html,*/*' };
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${rig.gateway.url}${path}`, { headers });

describe('the pages', () => {
  async function withPages(): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html>the page');
    await writeFile(join(folder, 'assets', 'app-1a2b.js'), 'script');
    rig = await Rig.start({ pages: folder });
  }

  it('are served from their folder, what has a hash for ever, the rest asked for each time', async () => {
    await withPages();
    const [page, script] = [await get('/', HTML), await get('/assets/app-1a2b.js')];
    expect([await page.text(), page.headers.get('cache-control')]).toEqual([
      '<!doctype html>the page',
      'no-cache',
    ]);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('are what a browser gets at the addresses that the page itself knows', async () => {
    await withPages();
    for (const path of ['/accounts/7?tab=chart', '/register', '/observatory'])
      expect(await (await get(path, HTML)).text(), path).toContain('the page');
  });

  it('are not what anybody gets for an address of the API, or a file that is missing', async () => {
    await withPages();
    for (const path of ['/api/nothing', '/assets/old.js', '/services/users/x'])
      expect((await get(path, HTML)).status, path).toBeGreaterThanOrEqual(401);
    expect((await get('/accounts/7')).status).toBe(404);
  });

  it('may load nothing from elsewhere, run nothing inline, and stand in no frame', async () => {
    await withPages();
    const { headers } = await get('/', HTML);
    const policy = headers.get('content-security-policy')!;
    for (const rule of [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "object-src 'none'",
    ])
      expect(policy.split(';')).toContain(rule);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
  });
});

describe('every answer', () => {
  it('of the API is kept by nobody', async () => {
    rig = await Rig.start();
    for (const path of ['/api/mode', '/api/me', '/health'])
      expect((await get(path)).headers.get('cache-control'), path).toBe('no-store');
  });

  it('is refused above the rate, with the time to wait', async () => {
    rig = await Rig.start({ requestsPerMinute: 3 });
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await get('/api/mode')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await get('/api/mode');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    expect((await get('/health')).status).toBe(200);
  });
});

describe('one address', () => {
  it('does not take all sockets, and gets another one when it has left one', async () => {
    rig = await Rig.start({ settings: { socketsPerAddress: 2 } });
    const open = () => Listener.open(`${rig.gateway.url}/updates`);
    const [first, second] = [await open(), await open()];
    expect(await (await open()).closed).toBe(1013);
    first.socket.close();
    await first.closed;
    const next = await open();
    next.send({ account_ids: ['x'] });
    await expect.poll(() => next.frames).toMatchObject([{ update_type: 'error' }]);
    for (const listener of [second, next]) listener.close();
  });

  it('is stopped when it has passwords hashed again and again, and may go on reading', async () => {
    rig = await Rig.start({ requestsPerMinute: 1_000, settings: { hashesPerMinute: 2 } });
    rig.bank.user('ada', [1]);
    const body = { username: 'ada', password: 'ada’s' };
    const login = () => rig.ask('POST', '/login', { body });
    expect([(await login()).status, (await login()).status]).toEqual([200, 200]);
    expect(await login()).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const register = (username: string) =>
      rig.ask('POST', '/register', { body: { username, password: 'x' } });
    const statuses = [await register('a'), await register('b'), await register('c')].map(
      ({ status }) => status,
    );
    expect(statuses.at(-1)).toBe(429);
    expect((await rig.ask('GET', '/api/accounts/1', { as: 'ada' })).status).toBe(200);
  });

  it('does not have a thousand questions asked by one frame', async () => {
    rig = await Rig.start({ settings: { topicsPerSocket: 3 } });
    rig.bank.user('ada', [1]);
    const listener = await Listener.open(`${rig.gateway.url}/updates`);
    const access = await rig.bank.token('access', 'ada');
    const before = rig.bank.heard.length;
    listener.send({ account_ids: [5, 6, 7, 8], access });
    await expect.poll(() => listener.frames).toMatchObject([{ update_type: 'error', code: 'too_large' }]);
    expect(rig.bank.heard.slice(before)).toEqual([]);
    listener.close();
  });
});

describe('operation', () => {
  it('is told whether the process lives, and whether the bank can be used', async () => {
    rig = await Rig.start();
    expect(await (await get('/health')).json()).toEqual({ status: 'ok' });
    expect((await get('/ready')).status).toBe(200);
    await rig.of('accounts')[0]!.kill();
    await rig.ask('GET', '/api/recipients/1', { as: 'ada' });
    expect(await (await get('/ready')).json()).toMatchObject({ error: 'Not there yet: accounts.' });
  });

  it('is told the numbers by route, not by address', async () => {
    rig = await Rig.start();
    rig.bank.user('ada', [1]);
    await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    const text = await (await get('/metrics')).text();
    expect(text).toContain(
      'gateway_request_seconds_count{method="GET",route="/api/accounts/:id",status="200"} 1',
    );
    expect(text).toContain('gateway_service_requests_total{service="accounts",outcome="answered"} 1');
    expect(text).toContain('gateway_instances{service="users",healthy="true"} 1');
  });

  it('finds the routes documented, those of the services too', async () => {
    const routes = [{ method: 'GET', pattern: '/points/{id}' }];
    rig = await Rig.start({
      documentation: true,
      services: [{ clientType: 'loyalty', url: 'http://127.0.0.1:1', routes }],
    });
    const { paths } = (await (await get('/documentation/json')).json()) as { paths: Record<string, object> };
    expect(paths['/services/loyalty/points/{id}']).toMatchObject({
      get: { parameters: [{ name: 'id', in: 'path' }] },
    });
    expect(paths['/api/transfers']).toMatchObject({
      post: {
        requestBody: { content: { 'application/json': { schema: { required: ['from', 'to', 'amount'] } } } },
      },
    });
    expect((await get('/documentation/', HTML)).headers.get('content-security-policy')).not.toContain(
      'upgrade-insecure',
    );
  });
});

describe('without sign-in', () => {
  it('a client of the first generation gets the old shapes exactly', async () => {
    rig = await Rig.start({ auth: false });
    rig.bank.user('ada', [1, 2]);
    const [first] = rig.bank.statements.get(1)!;
    expect(await rig.ask('GET', '/init?user_name=ada')).toMatchObject({
      status: 200,
      body: {
        user_name: 'ada',
        accounts: [
          { details: { id: 1, balance: 1000 }, statement: [first] },
          { details: { id: 2, balance: 1000 }, statement: [first] },
        ],
      },
    });
    expect((await rig.ask('GET', '/init?user_name=bob')).status).toBe(404);
    const post = async (path: string, body: object) => (await rig.ask('POST', path, { body })).body;
    expect(await post('/transaction/send', { from_account_id: 1, to_account_id: '2', amount: 3 })).toEqual({
      status: 'pending',
      transaction_id: 1,
    });
    expect(await post('/transaction/deposit', { toAccount: 1, amount: 3 })).toEqual({
      id: 1,
      status: 'pending',
    });
    expect(await post('/transaction/withdrawal', { fromAccount: 1, amount: 4_000 })).toMatchObject({
      error: 'not enough funds',
    });
    expect(
      (await rig.ask('POST', '/transaction/deposit', { body: { toAccount: 9, amount: 3 } })).status,
    ).toBe(404);
    expect(
      await post('/transaction/send', { from_account_id: 1, to_account_id: 1, amount: 3 }),
    ).toMatchObject({
      error: 'to_account_id must be another account than from_account_id',
      field: 'to_account_id',
    });
  });

  it('the pages say who they are', async () => {
    rig = await Rig.start({ auth: false });
    rig.bank.user('ada', [1]);
    expect((await rig.ask('GET', '/api/accounts')).status).toBe(401);
    expect((await rig.ask('GET', '/api/accounts?x-user=ada')).status).toBe(200);
    const me = await rig.ask('GET', '/api/me', { headers: { 'x-user': 'ada' } });
    expect(me.body).toEqual({ username: 'ada', operator: true });
    expect((await rig.ask('GET', '/api/me', { headers: { 'x-user': 'a/b' } })).status).toBe(401);
    expect((await rig.ask('GET', '/api/mode')).body).toEqual({
      auth: false,
      demonstration: false,
      version: '1',
    });
  });
});
