/**
 * Scripts as they were written for the first generation, unchanged, over the real bus, VM and engine in one process: listeners
 * that write and send, rebuild handlers, receipt listeners, positional sends, `add_route`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningBus, startBus } from '../bus/server/server.js';
import { createEventStore } from '../bus/store/registry.js';
import { silentLogger } from '../common/log.js';
import { type RunningService, startService } from '../runtime/service/service.js';
import { until } from './support/until.js';

const ACCOUNTS = `
bus:register("accounts")

local function balance_key(id) return "account-" .. id end

bus:add_event_listener("AccountCreationRequest", function(event_type, key, correlation, data, ts)
  local id = redis:incr("last_id")
  redis:set(balance_key(id), { id = id, owner = data.owner, balance = 0, since = ts })
  bus:send("AccountCreated", "acc-" .. id, true, correlation, { id = id, owner = data.owner, since = ts })
  log:info("created account " .. id)
end)

bus:add_rebuild_handler("AccountCreated", function(event_type, key, correlation, data, ts)
  redis:set(balance_key(data.id), { id = data.id, owner = data.owner, balance = 0, since = data.since })
  redis:set("rebuilt-" .. data.id, { event_type, key })
end)

bus:add_receipt_listener("AccountCreated", function(status, event_type, key, correlation, data)
  redis:set("receipt-" .. data.id, { status = status, event_type = event_type, key = key, correlation = correlation, data = data })
end)

bus:add_event_listener("Credited", function(event_type, key, correlation, data)
  local account = redis:get(balance_key(data.id))
  account.balance = account.balance + data.amount
  redis:set(balance_key(data.id), account)
end)
bus:add_rebuild_handler("Credited", function(event_type, key, correlation, data)
  local account = redis:get(balance_key(data.id))
  account.balance = account.balance + data.amount
  redis:set(balance_key(data.id), account)
end)

bus:add_route("/account", "POST", function(method, route, args, data)
  bus:send("AccountCreationRequest", "creation-" .. data.owner, false, nil, data)
  return HTTP_CREATED, { status = "pending" }
end)

bus:add_route("/account/{id}", "GET", function(method, route, args, data)
  local account = redis:get(balance_key(args.id))
  if not account then return HTTP_NOT_FOUND, { error = "no account " .. args.id } end
  return HTTP_OK, account
end)

bus:add_route("/account/{id}/credit", "POST", function(method, route, args, data)
  bus:send("Credited", "acc-" .. args.id, true, nil, { id = tonumber(args.id), amount = data.amount })
  return HTTP_ACCEPTED
end)

bus:add_route("/state/{key}", "GET", function(method, route, args) return HTTP_OK, redis:get(args.key) end)
bus:add_route("/keys/{pattern}", "GET", function(method, route, args) return HTTP_OK, redis:keys(args.pattern) end)
bus:add_route("/echo/{text}", "POST", function(method, route, args, data)
  return HTTP_OK, { method = method, route = route, args = args, data = data, kind = type(data) }
end)
bus:add_route("/fail", "POST", function(method, route, args, data)
  redis:set("leftover", true)
  error("the secret of the script")
end)
bus:add_route("/text", "GET", function() return HTTP_OK, json.encode({ "acc-" .. 12345, 1733333333333, 10 / 2 }) end)
`;

let folder: string;
let bus: RunningBus;
let service: RunningService | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classic-'));
  await writeFile(join(folder, 'accounts.lua'), ACCOUNTS);
  bus = await startBus({ host: '127.0.0.1', port: 0, store: await createEventStore('memory') });
  await startAccounts();
});

afterEach(async () => {
  await service?.stop();
  await bus.stop();
  await rm(folder, { recursive: true });
});

async function startAccounts(): Promise<void> {
  service = await startService({
    script: join(folder, 'accounts.lua'),
    bind: { host: '127.0.0.1', port: 0 },
    server: bus.address,
    state: `embedded:${join(folder, 'state')}`,
    log: silentLogger,
  });
  await until(() => service?.state().kind === 'live');
}

async function call(path: string, method = 'GET', body?: unknown, headers = {}) {
  const { host, port } = service!.address;
  const answer = await fetch(`http://${host}:${port}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers };
}

async function createAccount(owner: string): Promise<void> {
  expect(await call('/account', 'POST', { owner })).toMatchObject({
    status: 201,
    body: { status: 'pending' },
  });
}

test('a listener writes and sends in one go, and its receipt listener hears of it', async () => {
  await createAccount('ann');
  const account = await until(async () => {
    const answer = await call('/account/1');
    return answer.status === 200 ? answer.body : undefined;
  });
  expect(account).toEqual({ id: 1, owner: 'ann', balance: 0, since: expect.any(Number) });
  expect(Math.abs(account.since - Date.now() / 1000)).toBeLessThan(60);

  const receipt = await until(async () => (await call('/state/receipt-1')).body);
  expect(receipt).toMatchObject({
    status: 'success',
    event_type: 'AccountCreated',
    key: 'acc-1',
    data: { id: 1, owner: 'ann' },
  });
});

test('the correlation of a request goes through event and listener to what the listener sends', async () => {
  const correlation = '0191e0f0-0000-7000-8000-00000000abcd';
  await call('/account', 'POST', { owner: 'ann' }, { 'x-correlation-id': correlation });
  const receipt = await until(async () => (await call('/state/receipt-1')).body);
  expect(receipt.correlation).toBe(correlation);
});

test('the service’s own event does not run its rebuild handler again', async () => {
  await createAccount('ann');
  await until(async () => (await call('/state/receipt-1')).body);
  // The event of the second account comes after the first one's own event has come back.
  await createAccount('bob');
  await until(async () => (await call('/state/receipt-2')).body);
  expect((await call('/keys/rebuilt-*')).body).toEqual([]);
});

test('a lost state is rebuilt by the rebuild handlers, and the listeners do not run again', async () => {
  await createAccount('ann');
  await until(async () => (await call('/account/1')).status === 200);
  await call('/account/1/credit', 'POST', { amount: 2 ** 53 - 2 });
  await call('/account/1/credit', 'POST', { amount: 1 });
  const before = await until(async () => {
    const { body } = await call('/account/1');
    return body.balance === Number.MAX_SAFE_INTEGER ? body : undefined;
  });

  await service?.stop();
  await rm(join(folder, 'state'), { recursive: true });
  await startAccounts();
  expect((await call('/account/1')).body).toEqual(before);
  expect((await call('/keys/rebuilt-*')).body).toEqual(['rebuilt-1']);
  expect((await call('/keys/receipt-*')).body).toEqual([]);
});

test('a route gets method, path with query, arguments as texts and the body', async () => {
  expect((await call('/echo/a%20b?x=1', 'POST', { n: 9007199254740991 })).body).toEqual({
    method: 'POST',
    route: '/echo/a%20b?x=1',
    args: { text: 'a b' },
    data: { n: 9007199254740991 },
    kind: 'table',
  });
  expect((await call('/echo/7', 'POST')).body).toEqual({
    method: 'POST',
    route: '/echo/7',
    args: { text: '7' },
    kind: 'nil',
  });
});

test('a handler’s error discards what it did and its text stays inside', async () => {
  const { status, body } = await call('/fail', 'POST', {});
  expect([status, body.error, typeof body.error_id]).toEqual([500, 'handler_failed', 'string']);
  expect(JSON.stringify(body)).not.toContain('secret');
  expect((await call('/keys/leftover')).body).toEqual([]);
});

test('numbers print as they always did', async () => {
  expect((await call('/text')).body).toBe('["acc-12345",1733333333333,5]');
});
