/**
 * The bank as its users meet it: real processes, HTTP, money. Every story ends with the books of the log compared with what the
 * routes answer.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statementFaults } from '../deploy/populate/books.js';
import { foldBank } from './support/oracle.js';
import { System } from './support/system.js';

describe('the bank, one instance of each service, embedded store', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  let users = 0;
  async function accounts(count: number, ...deposits: number[]): Promise<number[]> {
    const name = `user-${++users}`;
    await system.bank.createUser(name);
    const ids: number[] = [];
    for (let i = 0; i < count; i++) {
      const id = await system.bank.accountOf(name, await system.bank.requestAccount(name));
      if (deposits[i]) expect((await system.bank.deposit(id, deposits[i]!)).status).toBe(201);
      ids.push(id);
    }
    return ids;
  }

  async function agree(): Promise<void> {
    const log = foldBank(await system.export());
    expect(log.faults).toEqual([]);
    for (const [id, balance] of log.balances) {
      expect(await system.bank.account(id)).toEqual({ id, balance });
      expect(statementFaults(id, balance, await system.bank.statement(id))).toEqual([]);
    }
    for (const id of log.pending)
      expect({ id, status: (await system.bank.verdict(id)).status }).toEqual({
        id,
        status: log.verdicts.get(id),
      });
  }

  async function json(path: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(path, init);
    return { status: answer.status, body: await answer.json() };
  }

  it('moves money from one account to another', async () => {
    const [from, to] = await accounts(2, 100_000);
    expect(await system.bank.verdict(await system.bank.transfer(from!, to!, 30_000))).toMatchObject({
      status: 'accepted',
      amount: 30_000,
    });
    expect(await system.bank.account(from!)).toEqual({ id: from, balance: 70_000 });
    expect(await system.bank.account(to!)).toEqual({ id: to, balance: 30_000 });
    expect(await system.bank.statement(from!)).toMatchObject([
      { seq: 1, amount: 100_000, balance: 100_000, note: `Deposit to ${from}` },
      { seq: 2, amount: -30_000, balance: 70_000 },
    ]);
    await agree();
  });

  it('refuses a transfer that the balance does not cover, and says why', async () => {
    const [from, to] = await accounts(2, 100);
    expect(await system.bank.verdict(await system.bank.transfer(from!, to!, 101))).toMatchObject({
      status: 'rejected',
      reason: 'Insufficient Balance',
    });
    expect(await system.bank.verdict(await system.bank.transfer(from!, 999_999, 1))).toMatchObject({
      reason: 'Recipient account does not exist',
    });
    expect(await system.bank.verdict(await system.bank.transfer(999_999, to!, 1))).toMatchObject({
      reason: 'Sender account does not exist',
    });
    await agree();
  });

  it('lets a whole balance be spent, and not a penny more', async () => {
    const [from, to] = await accounts(2, 5_000);
    expect(await system.bank.verdict(await system.bank.transfer(from!, to!, 5_000))).toMatchObject({
      status: 'accepted',
    });
    expect(await system.bank.verdict(await system.bank.transfer(from!, to!, 1))).toMatchObject({
      status: 'rejected',
    });
    expect(await system.bank.withdraw(to!, 5_001)).toEqual({
      status: 400,
      body: { error: 'not enough funds', field: 'amount' },
    });
    expect((await system.bank.withdraw(to!, 5_000)).status).toBe(201);
    expect(await system.bank.account(to!)).toEqual({ id: to, balance: 0 });
    await agree();
  });

  it('accepts exactly three of forty simultaneous transfers of 30,000 from an account that holds 100,000', async () => {
    const [from, to] = await accounts(2, 100_000);
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, async () =>
        system.bank.verdict(await system.bank.transfer(from!, to!, 30_000)),
      ),
    );
    expect(verdicts.filter(({ status }) => status === 'accepted')).toHaveLength(3);
    expect(verdicts.filter(({ reason }) => reason === 'Insufficient Balance')).toHaveLength(37);
    // Three transfers above £100 earned points; a refund would raise the balance: there were no points before the first one.
    expect((await system.bank.account(to!)).balance).toBe(90_000);
    await agree();
  });

  it('keeps a transfer pending while the accounts service is down, and accepts it when it is back', async () => {
    const [from, to] = await accounts(2, 1_000);
    await system.down('accounts');
    const id = await system.bank.transfer(from!, to!, 400);
    expect(await json(`${system.url('transactions')}/transaction/${id}`)).toMatchObject({
      status: 200,
      body: { status: 'pending' },
    });
    await system.up('accounts');
    expect(await system.bank.verdict(id)).toMatchObject({ status: 'accepted' });
    await agree();
  });

  it.each(['while it is down', 'while it runs'])(
    'answers every route as before after the state of a service was deleted %s',
    async (when) => {
      const [from, to] = await accounts(2, 50_000);
      await system.bank.verdict(await system.bank.transfer(from!, to!, 20_000));
      const routes = [
        `${system.url('accounts')}/account/${from}`,
        `${system.url('accounts')}/account/${to}/statement`,
        `${system.url('users')}/user/user-${users}`,
        `${system.url('users')}/user/user-${users}/1`,
        `${system.url('transactions')}/transaction/1`,
        `${system.url('loyalty')}/points/${from}`,
      ];
      const answers = () => Promise.all(routes.map((route) => json(route)));
      // The verdict is known before its money is booked and its points are counted.
      await expect
        .poll(answers)
        .toMatchObject([{ body: { balance: 30_000 } }, {}, {}, {}, {}, { body: { points: 2_000 } }]);
      await expect.poll(async () => (await system.bank.account(to!)).balance).toBe(20_000);
      const before = await answers();
      const services = ['users', 'accounts', 'transactions', 'loyalty'];
      if (when === 'while it is down') await system.down(...services);
      await rm(join(system.data, 'state'), { recursive: true, force: true });
      if (when === 'while it is down') await system.up(...services);
      await expect.poll(answers, { timeout: 20_000, interval: 50 }).toEqual(before);
      // The sequences go on: new things get new numbers.
      const [next, other] = await accounts(2, 10_000);
      expect(next).toBeGreaterThan(to!);
      expect(await system.bank.verdict(await system.bank.transfer(next!, other!, 1))).toMatchObject({
        status: 'accepted',
      });
      await agree();
    },
  );

  it('goes on after the bus was killed, with everything as it was', async () => {
    const [from, to] = await accounts(2, 1_000);
    await system.down('accounts');
    const owed = await system.bank.transfer(from!, to!, 1_000);
    const views = async () => {
      const { head, last_of_type, events } = await system.askBus(`/keys/acc-${from}`);
      // How much was judged is told since the bus started.
      const { judged: _, ...totals } = await system.askBus('/totals');
      const { services } = (await system.askBus('/services')) as { services: Record<string, unknown>[] };
      return {
        key: { head, last_of_type, events },
        totals,
        subscriptions: services.map(({ client_type, event_types, owed }) => ({
          client_type,
          event_types,
          owed,
        })),
      };
    };
    const owedTo = async () =>
      (await views()).subscriptions.filter(({ owed }) => owed !== 0).map(({ client_type }) => client_type);
    await expect.poll(owedTo).toEqual(['accounts']);
    const before = await views();
    system.signal('bus', 'SIGKILL');
    await expect
      .poll(() => views().catch(() => undefined), { timeout: 20_000, interval: 50 })
      .toEqual(before);
    await system.up('accounts');
    expect(await system.bank.verdict(owed)).toMatchObject({ status: 'accepted' });
    await agree();
  });

  it('keeps the largest amounts and balances exactly, and refuses one beyond with the name of the field', async () => {
    // a thousandth of what a number can be: what is credited at the same time has to fit, too
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 1024);
    const [rich, other] = await accounts(2);
    expect((await system.bank.deposit(rich!, most)).status).toBe(201);
    expect(await system.bank.account(rich!)).toEqual({ id: rich, balance: most });
    expect(await system.bank.deposit(rich!, 1)).toMatchObject({ status: 400, body: { field: 'amount' } });
    const deposit = `${system.url('accounts')}/account/${other}/deposit`;
    const headers = { 'content-type': 'application/json' };
    expect(
      await json(deposit, { method: 'POST', headers, body: '{"amount":9007199254740992}' }),
    ).toMatchObject({
      status: 400,
      body: { error: 'number_out_of_range', field: expect.stringContaining('amount') },
    });
    expect(await system.bank.verdict(await system.bank.transfer(rich!, other!, most - 1))).toMatchObject({
      status: 'accepted',
    });
    expect(await system.bank.account(other!)).toEqual({ id: other, balance: most - 1 });
    expect(
      (await system.export()).some(({ data }) => (data as Record<string, unknown>).amount === most),
    ).toBe(true);
    await agree();
  });

  it('books every credit of transfers that fill one account at the same time', async () => {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 1024);
    const [full, ...senders] = await accounts(6, most - 10, 10, 10, 10, 10, 10);
    const ids = await Promise.all(senders.map((from) => system.bank.transfer(from, full!, 10)));
    const verdicts = await Promise.all(ids.map((id) => system.bank.verdict(id)));
    const accepted = verdicts.filter(({ status }) => status === 'accepted').length;
    expect(accepted).toBeGreaterThan(0);
    await expect
      .poll(() => system.bank.account(full!))
      .toEqual({ id: full, balance: most - 10 + 10 * accepted });
    await agree();
  });

  it('answers a page behind the end of a statement, however far, with none', async () => {
    const [id] = await accounts(1, 100);
    for (const after of ['2', '9007199254740991'])
      expect(await json(`${system.url('accounts')}/account/${id}/statement?after=${after}`)).toMatchObject({
        status: 200,
        body: { entries: 1, statements: [] },
      });
  });

  it('gives points for large transfers and refunds those who have them, the same after a rebuild', async () => {
    const [from, to] = await accounts(2, 100_000);
    const points = () => json(`${system.url('loyalty')}/points/${from}`);
    await system.bank.verdict(await system.bank.transfer(from!, to!, 20_000));
    await expect.poll(points).toEqual({ status: 200, body: { id: from, points: 2_000, refunded: 0 } });
    await system.bank.verdict(await system.bank.transfer(from!, to!, 5_000));
    await expect.poll(points).toEqual({ status: 200, body: { id: from, points: 1_500, refunded: 500 } });
    await expect.poll(() => system.bank.account(from!)).toEqual({ id: from, balance: 75_500 });
    await system.down('loyalty');
    await rm(join(system.data, 'state', 'loyalty'), { recursive: true });
    await system.up('loyalty');
    expect(await points()).toEqual({ status: 200, body: { id: from, points: 1_500, refunded: 500 } });
    await agree();
  });

  it.each([
    ['accounts', '/account/1/deposit', '{"amount":0}', 'amount'],
    ['accounts', '/account/1/deposit', '{"amount":-5}', 'amount'],
    ['accounts', '/account/1/deposit', '{"amount":1.5}', 'amount'],
    ['accounts', '/account/1/deposit', '{"amount":"5"}', 'amount'],
    ['accounts', '/account/1/deposit', '{}', 'amount'],
    ['accounts', '/account/1/deposit', '[]', 'amount'],
    ['accounts', '/account/1/withdrawal', '{"amount":null}', 'amount'],
    ['transactions', '/createTransaction', '{"toAccountId":2,"amount":1}', 'fromAccountId'],
    ['transactions', '/createTransaction', '{"fromAccountId":1,"amount":1}', 'toAccountId'],
    ['transactions', '/createTransaction', '{"fromAccountId":1,"toAccountId":1,"amount":1}', 'toAccountId'],
    ['transactions', '/createTransaction', '{"fromAccountId":1,"toAccountId":2,"amount":0}', 'amount'],
    ['transactions', '/createTransaction', '{"fromAccountId":1,"toAccountId":2,"amount":1,"note":7}', 'note'],
    ['users', '/user', '{"username":""}', 'username'],
    ['users', '/user', '{"username":"a b"}', 'username'],
    ['users', '/user', '{"username":"x","password":5}', 'password'],
    ['users', '/user', '"text"', 'body'],
  ])('answers 400 and names the field: %s %s %s', async (service, path, body, field) => {
    const events = (await system.export()).length;
    expect(
      await json(system.url(service) + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }),
    ).toEqual({ status: 400, body: { error: expect.any(String), field } });
    expect((await system.export()).length).toBe(events);
  });

  it('answers 404 for what is not there, 405 for a wrong method, 400 for a body that is not JSON', async () => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"amount":' };
    expect((await json(`${system.url('accounts')}/account/987654321`)).status).toBe(404);
    expect((await json(`${system.url('accounts')}/nothing/here`)).status).toBe(404);
    expect((await json(`${system.url('accounts')}/account/1`, { method: 'DELETE' })).status).toBe(405);
    expect((await json(`${system.url('accounts')}/account/1/deposit`, post)).status).toBe(400);
    expect((await json(`${system.url('users')}/user/nobody`)).status).toBe(404);
    expect((await json(`${system.url('transactions')}/transaction/987654321`)).status).toBe(404);
  });
});
