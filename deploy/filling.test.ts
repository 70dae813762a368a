import { expect, it } from 'vitest';
import type { ControlNews } from '../common/control.js';
import type { Populating } from '../common/pages/operator.js';
import { until } from '../test/support/until.js';
import type { PastStates } from './as-of/past-states.js';
import { serveControl } from './control.js';
import { Filling } from './filling.js';
import type { Bank } from './populate/bank.js';

/** A bank in which everything succeeds at once, and each account has what was paid in; `broken`: no deposit does. */
function bankOf({ broken = false } = {}): Bank {
  const balances: number[] = [];
  const booked = (account: number, amount: number) => {
    if (broken) return { status: 500, body: { error: 'out of order' } };
    if (balances[account]! + amount < 0) return { status: 400, body: {} };
    balances[account]! += amount;
    return { status: 201, body: {} };
  };
  const verdicts: boolean[] = [];
  return {
    createUser: async () => ({ status: 200, body: {} }),
    requestAccount: async () => '1',
    accountOf: async () => balances.push(0) - 1,
    deposit: async (account: number, amount: number) => booked(account, amount),
    withdraw: async (account: number, amount: number) => booked(account, -amount),
    transfer: async (from: number, to: number, amount: number) => {
      const accepted = booked(from, -amount).status === 201;
      if (accepted) booked(to, amount);
      return verdicts.push(accepted) - 1;
    },
    verdict: async (id: number) => ({ status: verdicts[id] ? 'accepted' : 'rejected' }),
    account: async (id: number) => ({ id, balance: balances[id] }),
    statement: async (id: number) => {
      const balance = balances[id]!;
      return balance === 0 ? [] : [{ seq: 1, timestamp: 0, amount: balance, note: '', balance }];
    },
    refunded: async () => 0,
  } as unknown as Bank;
}

const ORDER = { seed: 1, users: 3, transfers: 60 };
const TOTAL = 3 + 6 * (2 + 10);

/** What the gateway hears; each look at the clock is a second later than the one before. */
function heardOf(bank: Bank) {
  let seconds = 0;
  const filling = new Filling(bank, () => seconds++ * 1000);
  const sent: unknown[] = [];
  let ask: (message: unknown) => void = () => undefined;
  const asker = {
    send: (message: object) => void sent.push(message),
    onMessage: (heard: typeof ask) => (ask = heard),
  };
  serveControl(asker as never, { processes: () => [], filling, past: {} as PastStates });
  const news = () =>
    sent.filter((message): message is ControlNews => 'news' in (message as object)).map(({ data }) => data);
  return { filling, news, sent, ask: (path: string) => ask({ control: 1, method: 'POST', path }) };
}

const ended = (news: readonly Populating[]) =>
  news.some(({ state }) => state === 'done' || state === 'failed');

it('tells the gateway in absolute numbers how far it is, from beginning to end', async () => {
  const { filling, news } = heardOf(bankOf());
  filling.begin(ORDER);
  expect(news()).toEqual([{ state: 'running', done: 0, total: TOTAL, rate: expect.any(Number) }]);
  await until(() => ended(news()));
  const told = news();
  expect(told.at(-1)).toMatchObject({ done: TOTAL, total: TOTAL });
  const counts = told.map(({ done }) => done);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(told.length).toBeGreaterThan(10);
  expect(told.at(-1)!.rate).toBeGreaterThan(0);
});

it('tells why it has failed, and how far it was', async () => {
  const { filling, news } = heardOf(bankOf({ broken: true }));
  filling.begin(ORDER);
  await until(() => ended(news()));
  expect(news().at(-1)).toMatchObject({
    state: 'failed',
    done: expect.any(Number),
    total: TOTAL,
    error: expect.stringContaining('out of order'),
  });
});

it('tells who asks how it is now, behind everything that was told before', async () => {
  const { filling, sent, news, ask } = heardOf(bankOf());
  ask('/populate/tell');
  await until(() => sent.length === 2);
  expect(sent).toMatchObject([
    { news: 'populate', data: { state: 'idle' } },
    { control: 1, status: 200 },
  ]);
  filling.begin(ORDER);
  await until(() => ended(news()));
  ask('/populate/tell');
  await until(() => sent.some((message, n) => n > 2 && 'control' in (message as object)));
  expect(news().at(-1)).toEqual(filling.progress);
});
