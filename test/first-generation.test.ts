/** A client that knows nothing of sign-in, cursors and keys: the shapes of the first generation, refusals too, `--auth off`. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask } from './support/customer.js';
import { System } from './support/system.js';

let system: System;
let gateway: string;
/** Of ada; the second one is empty. */
let first: number;
let second: number;

beforeAll(async () => {
  system = await System.start({ gateway: { auth: false } });
  gateway = system.url('gateway');
  const { bank } = system;
  await bank.createUser('ada');
  first = await bank.accountOf('ada', await bank.requestAccount('ada'));
  second = await bank.accountOf('ada', await bank.requestAccount('ada'));
});
afterAll(() => system?.stop());

it('is told at the start what there is, in one answer', async () => {
  const { status, body } = await ask(gateway, '/init?user_name=ada');
  expect(status).toBe(200);
  expect(body).toEqual({
    user_name: 'ada',
    accounts: [first, second].map((id) => ({ details: { id, balance: 0 }, statement: [] })),
  });
  expect((await ask(gateway, '/init?user_name=nobody')).status).toBe(404);
});

it('moves money with numbers or their texts, and is told each entry in the old shape and nothing else', async () => {
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/updates`);
  const frames: unknown[] = [];
  socket.on('message', (frame) => frames.push(JSON.parse(String(frame))));
  await once(socket, 'open');
  socket.send(JSON.stringify({ account_ids: [first, String(second)], after: { [first]: 0, [second]: 0 } }));
  const command = (path: string, body: object) => ask(gateway, `/transaction/${path}`, { body });
  try {
    expect((await command('deposit', { toAccount: first, amount: 500 })).body).toEqual({
      id: first,
      status: 'pending',
    });
    await expect.poll(() => frames.length).toBe(1);
    expect((await command('withdrawal', { fromAccount: String(first), amount: 100 })).body).toEqual({
      id: first,
      status: 'pending',
    });
    await expect.poll(() => frames.length).toBe(2);
    const order = { from_account_id: first, to_account_id: second, amount: 400 };
    expect((await command('send', order)).body).toEqual({
      status: 'pending',
      transaction_id: expect.any(Number),
    });
    await expect.poll(() => frames.length).toBe(4);
  } finally {
    socket.terminate();
  }
  const entry = (id: number, data: object) => ({
    update_type: 'new_statement_item',
    for_account_id: id,
    data: { timestamp: expect.any(Number), ...data },
  });
  expect(frames).toHaveLength(4);
  expect(frames).toEqual(
    expect.arrayContaining([
      entry(first, { seq: 1, amount: 500, note: `Deposit to ${first}`, balance: 500 }),
      entry(first, { seq: 2, amount: -100, note: `Withdrawal from ${first}`, balance: 400 }),
      entry(first, { seq: 3, amount: -400, note: `Transfer to ${second}`, balance: 0 }),
      entry(second, { seq: 1, amount: 400, note: `Transfer from ${first}`, balance: 400 }),
    ]),
  );
});

it.each<[string, () => readonly [string, object], number, string]>([
  [
    'more than there is',
    () => ['withdrawal', { fromAccount: first, amount: 1_000_000 }],
    400,
    'not enough funds',
  ],
  ['nothing', () => ['deposit', { toAccount: first, amount: 0 }], 400, 'amount'],
  ['to nobody', () => ['deposit', { toAccount: 999_999, amount: 1 }], 404, 'there is no account 999999'],
])('is refused with the service’s status and reason: %s', async (_, command, status, reason) => {
  const [path, body] = command();
  const answer = await ask(gateway, `/transaction/${path}`, { body });
  expect(answer.status).toBe(status);
  expect(answer.body.error).toContain(reason);
});
