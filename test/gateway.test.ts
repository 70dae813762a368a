/**
 * The gateway as a process before real services: old clients and new ones, under load, while instances are killed.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readTokens } from '../deploy/rights.js';
import { healthy, type Supervised, supervise } from '../deploy/supervisor.js';
import { freePort } from './support/ports.js';
import { System } from './support/system.js';

const PATIENCE_MS = 20_000;

let system: System;
const gateways: Supervised[] = [];
/** People sign in at the first; at the second nobody does. */
let signedIn: string;
let open: string;

beforeAll(async () => {
  system = await System.start({ instances: 2 });
  [signedIn, open] = await Promise.all([
    startGateway('gateway', '--operators', 'olga'),
    startGateway('open', '--auth', 'off'),
  ]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await system?.stop();
});

async function startGateway(name: string, ...args: string[]): Promise<string> {
  const url = `http://localhost:${await freePort()}`;
  const { operator } = await readTokens(system.data);
  const plan = {
    name,
    entry: 'dist/gateway/cli.js',
    args: ['-b', url.slice('http://'.length), '--bus', system.url('bus'), '--request-rate', '0', ...args],
    env: { AUTOKRATOR_BUS_TOKEN: operator ?? '' },
    healthUrl: `${url}/ready`,
    url,
  };
  gateways.push(supervise(plan, (from, line) => system.output.push(`[${from}] ${line}`), { restart: false }));
  await healthy(plan, PATIENCE_MS);
  return url;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(url: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

let people = 0;

/** Somebody new, with accounts; opened through the signed-in gateway. */
async function person(
  accounts: number,
): Promise<{ headers: { access: string }; ids: number[]; username: string }> {
  const username = `person-${++people}`;
  const { status, body } = await ask(`${signedIn}/register`, { username, password: 'secret' });
  expect(status).toBe(201);
  const headers = { access: String(body.access) };
  for (let n = 0; n < accounts; n++) await ask(`${signedIn}/api/accounts`, {}, headers);
  const list = async () => {
    const answer = await ask(`${signedIn}/api/accounts`, undefined, headers);
    return (answer.body.accounts as { id: number }[]).map(({ id }) => id);
  };
  await expect.poll(async () => (await list()).length, { timeout: PATIENCE_MS }).toBe(accounts);
  return { headers, ids: await list(), username };
}

interface Item {
  readonly for_account_id: number;
  readonly data: { readonly seq: number; readonly amount: number; readonly balance: number };
  readonly at: number;
}

/** Watches as a client of the first generation does. */
async function watch(
  ids: readonly number[],
  after?: Record<number, number>,
): Promise<{ items: Item[]; socket: WebSocket }> {
  const socket = new WebSocket(`${open.replace('http', 'ws')}/updates`);
  const items: Item[] = [];
  socket.on('message', (frame) => items.push({ ...JSON.parse(String(frame)), at: performance.now() }));
  await once(socket, 'open');
  socket.send(JSON.stringify({ account_ids: ids, ...(after && { after }) }));
  return { items, socket };
}

describe('the gateway', () => {
  it('serves a client of the first generation as it always was', async () => {
    const { username, ids } = await person(2);
    const [from, to] = ids as [number, number];
    const { items, socket } = await watch(ids, { [from]: 0, [to]: 0 });
    expect((await ask(`${open}/transaction/deposit`, { toAccount: from, amount: 500 })).body).toEqual({
      id: from,
      status: 'pending',
    });
    const sent = await ask(`${open}/transaction/send`, {
      from_account_id: from,
      to_account_id: to,
      amount: 200,
    });
    expect(sent.body).toEqual({ status: 'pending', transaction_id: expect.any(Number) });
    await expect.poll(() => items.length).toBe(3);
    const initial = await ask(`${open}/init?user_name=${username}`);
    expect(initial.body).toEqual({
      user_name: username,
      accounts: [
        {
          details: { id: from, balance: 300 },
          statement: [
            expect.objectContaining({ seq: 1, amount: 500, balance: 500, note: `Deposit to ${from}` }),
            expect.objectContaining({ seq: 2, amount: -200, balance: 300 }),
          ],
        },
        {
          details: { id: to, balance: 200 },
          statement: [expect.objectContaining({ seq: 1, amount: 200, balance: 200 })],
        },
      ],
    });
    socket.terminate();
  });

  it('lets nobody at another’s money, and nobody without a token at anybody’s', async () => {
    const [ada, eve] = [await person(1), await person(1)];
    const theirs = `${signedIn}/api/accounts/${ada.ids[0]}`;
    expect((await ask(theirs)).status).toBe(401);
    expect((await ask(theirs, undefined, eve.headers)).status).toBe(404);
    expect(
      (await ask(`${theirs}/withdrawal`, { amount: 1 }, { ...eve.headers, 'x-caller': ada.username })).status,
    ).toBe(404);
    expect((await ask(`${signedIn}/api/operator/totals`, undefined, eve.headers)).status).toBe(403);
    expect((await system.bank.register('olga', 'o')).status).toBe(200);
    const olga = await ask(`${signedIn}/login`, { username: 'olga', password: 'o' });
    const totals = await ask(`${signedIn}/api/operator/totals`, undefined, {
      access: String(olga.body.access),
    });
    expect(totals.status).toBe(200);
  });

  it('refuses a refresh token after its owner has signed out', async () => {
    const { username } = await person(0);
    const { refresh } = (await ask(`${signedIn}/login`, { username, password: 'secret' })).body;
    expect((await ask(`${signedIn}/refresh`, { refresh })).status).toBe(200);
    await fetch(`${signedIn}/logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh }),
    });
    expect((await ask(`${signedIn}/refresh`, { refresh })).status).toBe(401);
  });

  it('loses no read and doubles no command when an instance is killed under load, and tells every entry once', {
    timeout: 60_000,
  }, async () => {
    const { headers, ids } = await person(1);
    const id = ids[0]!;
    const { items, socket } = await watch([id], { [id]: 0 });
    const failedReads: Answer[] = [];
    let commands = 0;
    let loading = true;
    const reader = async () => {
      while (loading) {
        const answer = await ask(`${signedIn}/api/accounts/${id}`, undefined, headers);
        if (answer.status !== 200) failedReads.push(answer);
      }
    };
    const writer = async (who: number) => {
      for (let n = 0; loading; n++) {
        const key = { ...headers, 'idempotency-key': `${who}-${n}` };
        // A command may have to be sent again, under its key, until it is answered.
        while ((await ask(`${signedIn}/api/accounts/${id}/deposit`, { amount: 1 }, key)).status !== 201);
        commands += 1;
      }
    };
    const load = [reader(), reader(), writer(1), writer(2)];
    await expect.poll(() => commands, { timeout: PATIENCE_MS }).toBeGreaterThan(20);
    await system.kill('accounts-2');
    const then = commands;
    await expect.poll(() => commands, { timeout: PATIENCE_MS }).toBeGreaterThan(then + 20);
    await system.up('accounts-2');
    const later = commands;
    await expect.poll(() => commands, { timeout: PATIENCE_MS }).toBeGreaterThan(later + 20);
    loading = false;
    await Promise.all(load);
    expect(failedReads).toEqual([]);
    await expect
      .poll(async () => (await ask(`${signedIn}/api/accounts/${id}`, undefined, headers)).body.balance)
      .toBe(commands);
    await expect.poll(() => items.length, { timeout: PATIENCE_MS }).toBe(commands);
    expect(items.map(({ data }) => data.seq)).toEqual(Array.from({ length: commands }, (_, n) => n + 1));
    socket.terminate();
  });

  it('tells an entry within 250 ms, 95 times of 100, while 2,000 sockets are idle', {
    timeout: 60_000,
  }, async () => {
    const { ids } = await person(1);
    const id = ids[0]!;
    const idle = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const batch: WebSocket[] = [];
        for (let n = 0; n < 50; n++) batch.push((await watch([id], { [id]: 1_000_000 })).socket);
        return batch;
      }),
    );
    const { items, socket } = await watch([id], { [id]: 0 });
    const sentAt: number[] = [];
    for (let n = 0; n < 100; n++) {
      sentAt.push(performance.now());
      await ask(`${open}/transaction/deposit`, { toAccount: id, amount: 1 });
    }
    await expect.poll(() => items.length).toBe(100);
    const delays = items.map(({ at }, n) => at - sentAt[n]!).sort((a, b) => a - b);
    expect(delays[94]).toBeLessThan(250);
    expect(idle.flat().every(({ readyState }) => readyState === WebSocket.OPEN)).toBe(true);
    for (const one of [socket, ...idle.flat()]) one.terminate();
  });
});
