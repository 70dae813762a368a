import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rig } from '../testing/rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
  rig.bank.user('ada', [1, 2]);
  rig.bank.user('bob', [3]);
});
afterEach(() => rig.stop());

const ada = (method: string, path: string, body?: unknown) =>
  rig.ask(method, path, { as: 'ada', ...(body !== undefined && { body }) });

describe('the accounts of the caller', () => {
  it('are listed with balance, last entry, recent balances, and transfers that wait for a verdict', async () => {
    rig.bank.book(1, -200, 'Withdrawal');
    expect((await ada('GET', '/api/accounts')).body).toEqual({
      accounts: [
        {
          id: 1,
          balance: 800,
          entries: 2,
          last: { seq: 2, timestamp: rig.bank.time, amount: -200, note: 'Withdrawal', balance: 800 },
          recent: [1000, 800],
          pending: [],
        },
        expect.objectContaining({ id: 2, balance: 1000, entries: 1 }),
      ],
      cursor: 2,
    });
  });

  it('name a transfer as pending until its verdict, however often it was ordered', async () => {
    const order = () =>
      rig.ask('POST', '/api/transfers', {
        as: 'ada',
        body: { from: 1, to: 3, amount: 5 },
        headers: { 'idempotency-key': 'k' },
      });
    const { transaction_id: id } = (await order()).body;
    expect((await order()).body).toMatchObject({ transaction_id: id });
    const pending = async () => {
      const { accounts } = (await ada('GET', '/api/accounts')).body as { accounts: { pending: number[] }[] };
      return accounts.map(({ pending }) => pending);
    };
    expect(await pending()).toEqual([[id], []]);
    rig.bank.transfers[0]!.status = 'accepted';
    // Its watching begins with the order; the verdict is read if it was there before.
    await expect
      .poll(async () => {
        rig.of('transactions')[0]!.push(`transaction:${id}`, 1, { id, status: 'accepted' });
        return pending();
      })
      .toEqual([[], []]);
  });

  it('are opened on request', async () => {
    const { status, body } = await ada('POST', '/api/accounts');
    expect(status).toBe(201);
    expect(body).toEqual({ request_id: 'r4', status: 'pending', correlation: expect.any(String) });
  });

  it('are paged by cursor, from either end', async () => {
    for (let n = 2; n <= 7; n++) rig.bank.book(1, 1, `entry ${n}`);
    const page = async (query: string) => {
      const { statements, next, ...rest } = (await ada('GET', `/api/accounts/1/statement${query}`)).body;
      return { seqs: (statements as { seq: number }[]).map(({ seq }) => seq), next, ...rest };
    };
    const all = { id: 1, balance: 1006, entries: 7, cursor: 7 };
    expect(await page('')).toEqual({ seqs: [1, 2, 3, 4, 5, 6, 7], ...all });
    expect(await page('?after=2&limit=2')).toEqual({ seqs: [3, 4], next: 4, ...all });
    expect(await page('?after=-3')).toEqual({ seqs: [5, 6, 7], ...all });
    expect(await page('?after=7')).toEqual({ seqs: [], ...all });
    expect(await page('?after=-100&limit=1')).toEqual({ seqs: [1], next: 1, ...all });
  });

  it('are shown as they were at any time', async () => {
    const begun = rig.bank.time;
    for (let n = 2; n <= 20; n++) {
      rig.bank.time += 10;
      rig.bank.book(1, 1, `entry ${n}`);
    }
    for (let seconds = -1; seconds <= 200; seconds += 3) {
      const entries = Math.max(0, Math.min(20, Math.floor(seconds / 10) + 1));
      const { body } = await ada('GET', `/api/accounts/1/statement?limit=2&as_of=${begun + seconds}`);
      expect(body).toMatchObject({ entries, balance: entries === 0 ? 0 : 999 + entries, cursor: 20 });
    }
    const asOf = encodeURIComponent(new Date((begun + 10) * 1000).toISOString());
    expect((await ada('GET', `/api/accounts/1/statement?as_of=${asOf}`)).body).toMatchObject({ entries: 2 });
    expect(await ada('GET', '/api/accounts/1/statement?as_of=yesterday')).toMatchObject({
      status: 400,
      body: { field: 'as_of' },
    });
  });
});

describe('another’s account', () => {
  it.each([
    ['GET', '/api/accounts/ID', undefined],
    ['GET', '/api/accounts/ID/statement', undefined],
    ['POST', '/api/accounts/ID/deposit', { amount: 1 }],
    ['POST', '/api/accounts/ID/withdrawal', { amount: 1 }],
    ['POST', '/api/transfers', { from: 'ID', to: 1, amount: 1 }],
    ['POST', '/transaction/send', { from_account_id: 'ID', to_account_id: 1, amount: 1 }],
    ['POST', '/transaction/deposit', { toAccount: 'ID', amount: 1 }],
    ['POST', '/transaction/withdrawal', { fromAccount: 'ID', amount: 1 }],
  ])('is to %s %s as if it were not there, and nothing is asked of the bank', async (method, path, body) => {
    const ask = (id: number) =>
      ada(
        method,
        path.replace('ID', `${id}`),
        body && JSON.parse(JSON.stringify(body).replace('"ID"', `${id}`)),
      );
    const [foreign, missing] = [await ask(3), await ask(99)];
    expect(foreign).toMatchObject({
      status: 404,
      body: { error: 'There is no account 3.', code: 'not_found' },
    });
    expect(missing.body).toEqual({ error: 'There is no account 99.', code: 'not_found' });
    expect(rig.bank.heard.filter(({ url }) => /account|create/.test(url))).toEqual([]);
  });

  it('can be paid into, and of it is told that it exists and nothing else', async () => {
    expect(await ada('GET', '/api/recipients/3')).toMatchObject({ status: 200, body: { id: 3 } });
    expect((await ada('GET', '/api/recipients/3')).body).toEqual({ id: 3 });
    expect((await ada('GET', '/api/recipients/99')).status).toBe(404);
    expect((await ada('POST', '/api/transfers', { from: 1, to: 3, amount: 1 })).status).toBe(201);
  });

  it('has transfers that only who takes part in them can see', async () => {
    await rig.ask('POST', '/api/transfers', { as: 'bob', body: { from: 3, to: 1, amount: 1 } });
    await rig.ask('POST', '/api/transfers', { as: 'bob', body: { from: 3, to: 99, amount: 1 } });
    expect((await ada('GET', '/api/transfers/1')).body).toEqual({
      id: 1,
      from: 3,
      to: 1,
      amount: 1,
      status: 'pending',
    });
    expect((await ada('GET', '/api/transfers/2')).body).toEqual({
      error: 'There is no transfer 2.',
      code: 'not_found',
    });
    expect((await ada('GET', '/api/transfers/9')).body).toEqual({
      error: 'There is no transfer 9.',
      code: 'not_found',
    });
  });

  it('belongs to its owner from the moment it is opened', async () => {
    await ada('GET', '/api/accounts/1');
    rig.bank.user('ada', [1, 2, 4]);
    expect((await ada('GET', '/api/accounts/4')).status).toBe(200);
  });
});

describe('a wrong request', () => {
  const ORDERS = [
    ['/api/accounts/1/deposit', {}],
    ['/api/accounts/1/withdrawal', {}],
    ['/api/transfers', { from: 1, to: 3 }],
    ['/transaction/deposit', { toAccount: 1 }],
  ] as const;

  it.each([0, -1, 1.5, '5', null, true])('is refused the amount %s with the reason', async (amount) => {
    for (const [path, more] of ORDERS)
      expect(await ada('POST', path, { amount, ...more })).toMatchObject({
        status: 400,
        body: {
          error: 'amount must be a whole number of pence above zero',
          code: 'bad_request',
          field: 'amount',
        },
      });
  });

  it.each(['1e16', '9007199254740992', '4.99999999999999999999', '9007199254740991.4'])(
    'is refused the amount %s, which no number here can be, rather than another one booked',
    async (amount) => {
      for (const [path, more] of ORDERS) {
        const body = JSON.stringify({ amount: 0, ...more }).replace('"amount":0', `"amount":${amount}`);
        expect(await rig.ask('POST', path, { as: 'ada', body })).toMatchObject({
          status: 400,
          body: { code: 'number_out_of_range', field: 'amount' },
        });
      }
      expect(rig.bank.heard.filter(({ method }) => method === 'POST')).toEqual([]);
    },
  );

  it('is told which field is missing, or wrong', async () => {
    expect((await ada('POST', '/api/transfers', { from: 1, to: 3 })).body).toMatchObject({
      error: 'amount is missing',
      field: 'amount',
    });
    expect((await ada('POST', '/api/transfers', [])).body).toMatchObject({
      error: 'body must be a JSON object',
    });
    expect((await ada('GET', '/api/accounts/x')).body).toMatchObject({
      error: 'id must be a whole number above zero',
      field: 'id',
    });
    expect((await ada('GET', '/api/accounts/1/statement?limit=1001')).body).toMatchObject({ field: 'limit' });
    expect(
      (await ada('POST', '/api/transfers', { from: 1, to: 3, amount: 1, note: 'x'.repeat(201) })).body,
    ).toMatchObject({ field: 'note' });
  });

  it('is refused by size, by form, and by address, each with its code', async () => {
    expect(await ada('POST', '/api/transfers', { note: 'x'.repeat(70_000) })).toMatchObject({
      status: 413,
      body: { code: 'too_large' },
    });
    expect(await ada('POST', '/api/transfers', '{"from":1')).toMatchObject({
      status: 400,
      body: { code: 'bad_request' },
    });
    expect(await ada('GET', '/api/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(
      await rig.ask('POST', '/api/accounts', { as: 'ada', headers: { 'idempotency-key': 'x'.repeat(256) } }),
    ).toMatchObject({ status: 400, body: { field: 'Idempotency-Key' } });
  });
});
