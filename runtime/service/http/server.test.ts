import { Agent, get, type IncomingMessage } from 'node:http';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../common/log.js';
import { until } from '../../../test/support/until.js';
import type { EngineState, RouteCall, RouteOutcome, ServiceModel } from '../types.js';
import { closeHttp, createHttp } from './server.js';

const UUID = '0191e0f0-0000-7000-8000-00000000abcd';
const MADE = '0191e0f0-0000-7000-8000-000000005678';

let state: EngineState;
let calls: RouteCall[];
let outcome: RouteOutcome | Error | Promise<RouteOutcome>;
let app: FastifyInstance;

function serve(...routes: string[]): FastifyInstance {
  const model: ServiceModel = {
    clientType: 'accounts',
    script: 'accounts.lua',
    version: 'v1',
    types: new Map(),
    routes: routes.map((text) => {
      const [method = '', pattern = ''] = text.split(' ');
      return { method, pattern, handler: async () => ({ status: 200, body: undefined }) };
    }),
  };
  const engine = {
    state: () => state,
    counters: () => ({ events_handled: 3, routes_running: 2 }),
    route: async (call: RouteCall) => {
      calls.push(call);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
  const tokens = { publicKeys: async () => ({ keys: [{ kty: 'OKP' }] }) };
  return createHttp({ model, engine, log: silentLogger, newId: () => MADE, tokens, bodyBytesMax: 1000 });
}

beforeEach(() => {
  state = { kind: 'live' };
  calls = [];
  outcome = { kind: 'answer', answer: { status: 201, body: { id: 5 } }, replayed: false };
  app = serve('GET /account/{id}', 'POST /account/{id}/deposit', 'GET /');
});
afterEach(() => app.close());

const deposit = (options: InjectOptions) =>
  app.inject({ method: 'POST', url: '/account/5/deposit', ...options });

describe('a route', () => {
  test('gets path, arguments, query, headers and body, and its answer goes back', async () => {
    const answer = await deposit({
      url: '/account/a%2Fb/deposit?x=1&x=2',
      payload: '{"amount":9007199254740991}',
      headers: { 'x-caller': 'ann', 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.json()]).toEqual([201, { id: 5 }]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const { args, query, headers, ...rest } = calls[0]?.request ?? {};
    expect({ ...args }).toEqual({ id: 'a/b' });
    expect({ ...query }).toEqual({ x: '2' });
    expect(headers).toMatchObject({ 'x-caller': 'ann' });
    expect(rest).toEqual({
      method: 'POST',
      path: '/account/a%2Fb/deposit',
      url: '/account/a%2Fb/deposit?x=1&x=2',
      body: { amount: 9007199254740991 },
      caller: 'ann',
    });
  });

  test('HEAD is answered like GET, without the body', async () => {
    const answer = await app.inject({ method: 'HEAD', url: '/account/5' });
    expect([answer.statusCode, answer.body, answer.headers['content-length']]).toEqual([201, '', '8']);
    expect(calls[0]?.request.method).toBe('GET');
  });

  test.each([
    [{ status: 200, body: null }, 'null'],
    [{ status: 200, body: 'text' }, '"text"'],
    [{ status: 200, body: [] }, '[]'],
    [{ status: 200, body: false }, 'false'],
    [{ status: 404, body: undefined }, ''],
    [{ status: 204, body: { ignored: true } }, ''],
    [{ status: 205, body: { ignored: true } }, ''],
    [{ status: 304, body: { ignored: true } }, ''],
  ])('the answer %j leaves as %j', async (answer, body) => {
    outcome = { kind: 'answer', answer, replayed: false };
    const response = await app.inject('/account/5');
    expect([response.statusCode, response.body]).toEqual([answer.status, body]);
  });

  test('a script’s own 4xx passes through as it is', async () => {
    outcome = { kind: 'answer', answer: { status: 409, body: { error: 'no', field: 'x' } }, replayed: false };
    expect((await app.inject('/account/5')).json()).toEqual({ error: 'no', field: 'x' });
  });

  test('a long path and a long argument are no problem of the host', async () => {
    expect((await app.inject(`/account/${'7'.repeat(3000)}`)).statusCode).toBe(201);
  });

  test('the body may come without a content type, or with a wrong one', async () => {
    for (const headers of [{}, { 'content-type': 'application/x-www-form-urlencoded' }])
      expect((await deposit({ payload: Buffer.from('{"amount":1}'), headers })).statusCode).toBe(201);
    expect(calls.map((call) => call.request.body)).toEqual([{ amount: 1 }, { amount: 1 }]);
  });

  test('no body is nil for the script', async () => {
    await deposit({});
    await deposit({ payload: '', headers: { 'content-type': 'application/json' } });
    expect(calls.map((call) => call.request.body)).toEqual([undefined, undefined]);
  });
});

describe('what the host refuses before the script runs', () => {
  test.each<[string, InjectOptions, number, object]>([
    ['a body that is not JSON', { payload: '{"amount":' }, 400, { error: 'bad_request', field: 'body' }],
    [
      'a body that is not UTF-8',
      { payload: Buffer.from([0x22, 0xff, 0x22]) },
      400,
      { error: 'bad_request', field: 'body' },
    ],
    [
      'a number beyond 2^53',
      { payload: '{"list":[{"amount":9007199254740993}]}' },
      400,
      { error: 'number_out_of_range', field: 'list[0].amount' },
    ],
    [
      'a body that is too large',
      { payload: `"${'x'.repeat(1000)}"` },
      413,
      { error: 'too_large', field: 'body' },
    ],
    [
      'a body that is nested too deeply',
      { payload: '['.repeat(100) + ']'.repeat(100) },
      400,
      { error: 'bad_request', field: 'body' },
    ],
    ['an unknown path', { url: '/account/5/else' }, 404, { error: 'not_found' }],
    ['malformed percent-encoding', { url: '/account/%zz/deposit' }, 400, { error: 'bad_request' }],
    [
      'malformed percent-encoding in the query',
      { url: '/account/5/deposit?a=%' },
      400,
      { error: 'bad_request', field: 'query' },
    ],
    [
      'a correlation that is no UUID',
      { headers: { 'x-correlation-id': '7' } },
      400,
      { error: 'bad_request', field: 'X-Correlation-Id' },
    ],
    [
      'an Idempotency-Key that is empty',
      { headers: { 'idempotency-key': '' } },
      400,
      { error: 'bad_request', field: 'Idempotency-Key' },
    ],
  ])('%s', async (_, request, status, body) => {
    const answer = await deposit(request);
    expect(answer.json()).toMatchObject(body);
    expect(answer.json()).toHaveProperty('message', expect.any(String));
    expect(answer.statusCode).toBe(status);
    expect(calls).toEqual([]);
  });

  test('a known path with another method is 405 and tells the methods', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/account/5' });
    expect([answer.statusCode, answer.headers.allow, answer.json().error]).toEqual([
      405,
      'GET, HEAD',
      'method_not_allowed',
    ]);
  });
});

describe('correlation and idempotency', () => {
  test('the caller’s correlation goes in and comes out', async () => {
    const answer = await deposit({ headers: { 'x-correlation-id': UUID.toUpperCase() } });
    expect([answer.headers['x-correlation-id'], calls[0]?.correlation]).toEqual([UUID, UUID]);
  });

  test('without one the host makes one and tells it', async () => {
    const answer = await deposit({});
    expect([answer.headers['x-correlation-id'], calls[0]?.correlation]).toEqual([MADE, MADE]);
  });

  test('the Idempotency-Key reaches the engine, and a repeated answer says so', async () => {
    outcome = { kind: 'answer', answer: { status: 201, body: 1 }, replayed: true };
    const answer = await deposit({ headers: { 'idempotency-key': 'order 7' } });
    expect([calls[0]?.idempotencyKey, answer.headers['idempotency-replayed']]).toEqual(['order 7', 'true']);
    await deposit({});
    expect(calls[1]).not.toHaveProperty('idempotencyKey');
  });

  test('an answer waits for the caller’s own writes unless it prefers not to', async () => {
    await deposit({});
    await deposit({ headers: { prefer: 'return=minimal, respond-async' } });
    expect(calls.map((call) => call.waitApplied)).toEqual([true, false]);
  });
});

describe('failures', () => {
  const error = (code: Extract<RouteOutcome, { kind: 'error' }>['code']): RouteOutcome => ({
    kind: 'error',
    code,
    message: 'accounts.lua:3: secret',
    ...(code === 'handler_failed' && { errorId: UUID }),
  });

  test('of the script are 500 with an error id, never with the Lua text', async () => {
    outcome = error('handler_failed');
    const answer = await app.inject('/account/5');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ error: 'handler_failed', error_id: UUID });
    expect(answer.body).not.toContain('secret');
  });

  test('while the state is rebuilt tell how far it is and when to ask again', async () => {
    outcome = error('rebuilding');
    state = { kind: 'rebuilding', done: 20, total: 100, here: true };
    const answer = await app.inject('/account/5');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.json()).toMatchObject({
      error: 'rebuilding',
      progress: { state: 'rebuilding', done: 20, total: 100 },
    });
  });

  test.each([
    ['conflict', 409],
    ['bus_unavailable', 503],
    ['state_unavailable', 503],
    ['shutting_down', 503],
    ['key_reused', 422],
  ] as const)('%s is %i', async (code, status) => {
    outcome = error(code);
    const answer = await app.inject('/account/5');
    expect([answer.statusCode, answer.json().error]).toEqual([status, code]);
  });

  test('of the host itself are 500 with an error id, never with the reason', async () => {
    outcome = new Error('secret');
    const answer = await app.inject('/account/5');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ error: 'handler_failed', error_id: MADE });
    expect(answer.body).not.toContain('secret');
  });
});

describe('the host’s own pages', () => {
  test('/health_check is OK while the service is live', async () => {
    const answer = await app.inject('/health_check');
    expect([answer.statusCode, answer.body]).toEqual([200, 'OK']);
    const head = await app.inject({ method: 'HEAD', url: '/health_check' });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    expect((await app.inject({ method: 'POST', url: '/health_check' })).statusCode).toBe(405);
  });

  test('/health_check is 503 with the progress during a rebuild', async () => {
    state = { kind: 'rebuilding', done: 20, total: 100, here: true };
    const answer = await app.inject('/health_check');
    expect([answer.statusCode, answer.body]).toEqual([503, 'rebuilding 20 of 100 events']);
  });

  test('/ready tells service, version and state', async () => {
    expect((await app.inject('/ready')).json()).toEqual({
      service: 'accounts',
      version: 'v1',
      state: 'live',
    });
    state = { kind: 'connecting' };
    expect((await app.inject('/ready')).statusCode).toBe(503);
  });

  test('/metrics shows the engine’s counters and the routes by pattern', async () => {
    await app.inject('/account/5');
    const { body } = await app.inject('/metrics');
    expect(body).toContain('autokrator_service_events_handled_total{client_type="accounts"} 3');
    expect(body).toContain('autokrator_service_routes_running{client_type="accounts"} 2');
    expect(body).toContain('autokrator_service_live{client_type="accounts"} 1');
    expect(body).toMatch(/autokrator_route_seconds_count\{.*route="GET \/account\/\{id\}",status="201"\} 1/);
  });

  test('a script may take /ready and /metrics over, but a variable does not hide the health check', async () => {
    await app.close();
    app = serve('GET /metrics', 'GET /{anything}');
    expect((await app.inject('/metrics')).json()).toEqual({ id: 5 });
    expect((await app.inject('/health_check')).body).toBe('OK');
    expect((await app.inject('/ready')).json()).toMatchObject({ state: 'live' });
  });
});

test('closing answers what is under way and ends its connection', async () => {
  let finish: (outcome: RouteOutcome) => void = () => {};
  outcome = new Promise((resolve) => {
    finish = resolve;
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    get(`${address}/account/5`, { agent }, resolve).once('error', reject);
  });
  await until(() => calls.length === 1);

  const closed = closeHttp(app);
  await until(() => !app.server.listening);
  finish({ kind: 'answer', answer: { status: 200, body: 'done' }, replayed: false });
  const answer = await answered;
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  answer.resume();
  await closed;
  agent.destroy();
});
