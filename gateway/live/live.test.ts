import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Listener } from '../testing/listener.js';
import { Rig } from '../testing/rig.js';

let rig: Rig;
let listeners: Listener[];
beforeEach(async () => {
  listeners = [];
  rig = await Rig.start({ settings: { helloMs: 1_000 } }, ['users', 'accounts', 'accounts', 'transactions']);
  rig.bank.user('ada', [1, 2]);
  rig.bank.user('bob', [3]);
});
afterEach(async () => {
  for (const listener of listeners) listener.close();
  await rig.stop();
});

async function page(as: string): Promise<Listener> {
  const access = await rig.bank.token('access', as);
  const listener = await Listener.open(`${rig.gateway.url}/api/live`);
  listeners.push(listener);
  listener.send({ type: 'hello', access });
  await expect.poll(() => listener.with({ type: 'ready' })).toHaveLength(1);
  return listener;
}

async function subscribed(listener: Listener, topic: string, after?: number): Promise<void> {
  const before = listener.with({ type: 'subscribed', topic }).length;
  listener.send({ type: 'subscribe', topic, ...(after !== undefined && { after }) });
  await expect.poll(() => listener.with({ type: 'subscribed', topic })).toHaveLength(before + 1);
}

const cursors = (listener: Listener, topic: string) =>
  listener.with({ type: 'update', topic }).map(({ cursor }) => Number(cursor));

/** An entry that instance `n` handles and tells. */
function booked(account: number, n: number): void {
  const entry = rig.bank.book(account, 5, 'note');
  rig.of('accounts')[n]!.push(`account:${account}`, entry.seq, entry);
}

describe('a page', () => {
  it('is told what it has missed, then what happens, whichever instance says it', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'account:1', 0);
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([1]);
    booked(1, 0);
    booked(1, 1);
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([1, 2, 3]);
    expect(ada.with({ type: 'update' }).at(-1)).toMatchObject({ cursor: 3, data: { seq: 3, balance: 1010 } });
  });

  it('learns how many updates there are, also when it goes on after one of them', async () => {
    rig.bank.book(1, 5, 'note');
    const ada = await page('ada');
    await subscribed(ada, 'account:1', 0);
    await subscribed(ada, 'account:2');
    await subscribed(ada, 'user', 1);
    expect(ada.with({ type: 'subscribed' })).toMatchObject([
      { topic: 'account:1', head: 2 },
      { topic: 'account:2', head: 1 },
      { topic: 'user', head: 2 },
    ]);
  });

  it('that names no cursor is told what happens from then on', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'account:1');
    // Watching is in force when the next watcher's past has arrived over the same connections.
    await subscribed(ada, 'account:2', 0);
    await expect.poll(() => cursors(ada, 'account:2')).toEqual([1]);
    booked(1, 0);
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([2]);
  });

  it('misses nothing that an instance took with it when it died', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'account:1', 1);
    booked(1, 1);
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([2]);
    rig.bank.book(1, 5, 'never told');
    await rig.of('accounts')[1]!.kill();
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([2, 3]);
  });

  it('learns that nobody can tell it anything now: of what it watches, and when it asks again', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'account:1', 1);
    for (const instance of rig.of('accounts')) await instance.kill();
    const away = { type: 'error', code: 'service_unavailable', topic: 'account:1' };
    // Who fails a request leaves rotation at once.
    await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    await expect.poll(() => ada.with(away)).toHaveLength(1);
    ada.send({ type: 'subscribe', topic: 'account:1', after: 1 });
    await expect.poll(() => ada.with(away)).toHaveLength(2);
    expect(ada.with({ type: 'subscribed', topic: 'account:1' })).toHaveLength(1);
  });

  it('misses nothing and gets nothing twice over twenty cut connections', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'account:1', 1);
    for (let n = 0; n < 20; n++) {
      booked(1, n % 2);
      rig.of('accounts')[n % 2]!.cutSockets();
      booked(1, (n + 1) % 2);
      await expect.poll(() => cursors(ada, 'account:1').at(-1)).toBe(2 * n + 3);
    }
    expect(cursors(ada, 'account:1')).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
  });

  it('goes on where it was when it comes back', async () => {
    const before = await page('ada');
    await subscribed(before, 'account:1', 1);
    booked(1, 0);
    await expect.poll(() => cursors(before, 'account:1')).toEqual([2]);
    before.close();
    booked(1, 1);
    const after = await page('ada');
    await subscribed(after, 'account:1', 2);
    await expect.poll(() => cursors(after, 'account:1')).toEqual([3]);
  });

  it('hears of its new accounts and of the verdict on its transfer', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'user', 1);
    await expect
      .poll(() => ada.with({ topic: 'user' }).at(-1))
      .toMatchObject({ cursor: 2, data: { account_id: 2 } });
    const order = { as: 'ada', body: { from: 1, to: 3, amount: 5 } };
    const { transaction_id: id } = (await rig.ask('POST', '/api/transfers', order)).body;
    await subscribed(ada, `transfer:${id}`);
    rig.of('transactions')[0]!.push(`transaction:${id}`, 1, { id, status: 'accepted' });
    await expect
      .poll(() => ada.with({ type: 'update', topic: `transfer:${id}` }).map(({ data }) => data))
      .toEqual([{ id, status: 'accepted' }]);
  });

  it.each(['account:3', 'account:99', 'transfer:1', 'transfer:99', 'user:bob', 'account:01', 'nonsense'])(
    'cannot watch %s, which is not its own',
    async (topic) => {
      await rig.ask('POST', '/api/transfers', { as: 'bob', body: { from: 3, to: 4, amount: 1 } });
      const ada = await page('ada');
      ada.send({ type: 'subscribe', topic, after: 0 });
      await expect.poll(() => ada.with({ type: 'error', topic, code: 'not_found' })).toHaveLength(1);
      expect(ada.with({ topic, type: 'subscribed' })).toEqual([]);
    },
  );

  it.each(['events', 'services', 'parked'])('cannot watch %s unless it is an operator’s', async (topic) => {
    const ada = await page('ada');
    ada.send({ type: 'subscribe', topic });
    await expect.poll(() => ada.with({ type: 'error', topic, code: 'forbidden' })).toHaveLength(1);
  });

  it('is told nothing more of a topic that it has given up', async () => {
    const ada = await page('ada');
    await subscribed(ada, 'account:1', 0);
    await subscribed(ada, 'account:2', 0);
    await expect.poll(() => ada.with({ type: 'update' })).toHaveLength(2);
    ada.send({ type: 'unsubscribe', topic: 'account:1' });
    ada.send({ type: 'nonsense' });
    await expect.poll(() => ada.with({ type: 'error' })).toHaveLength(1);
    booked(1, 0);
    booked(2, 0);
    await expect.poll(() => cursors(ada, 'account:2')).toEqual([1, 2]);
    expect(cursors(ada, 'account:1')).toEqual([1]);
  });

  it('gets nothing when its token has run out, and all of it when it has shown a new one', async () => {
    const ada = await Listener.open(`${rig.gateway.url}/api/live`);
    listeners.push(ada);
    ada.send({
      type: 'hello',
      access: await rig.bank.token('access', 'ada', { expires: rig.clock.ms / 1000 + 1 }),
    });
    await subscribed(ada, 'account:1', 1);
    await expect.poll(() => ada.with({ type: 'expired' }), { timeout: 3_000 }).toHaveLength(1);
    booked(1, 0);
    ada.send({ type: 'subscribe', topic: 'account:2', after: 0 });
    await expect.poll(() => ada.with({ type: 'error', code: 'unauthorized' })).toHaveLength(1);
    expect(cursors(ada, 'account:1')).toEqual([]);
    ada.send({ type: 'hello', access: await rig.bank.token('access', 'ada') });
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([2]);
    expect(ada.with({ type: 'subscribed', topic: 'account:1' })).toHaveLength(1);
  });

  it('misses nothing of a topic that has told nothing before its token ran out', async () => {
    const ada = await Listener.open(`${rig.gateway.url}/api/live`);
    listeners.push(ada);
    ada.send({
      type: 'hello',
      access: await rig.bank.token('access', 'ada', { expires: rig.clock.ms / 1000 + 1 }),
    });
    await subscribed(ada, 'account:1');
    await expect.poll(() => ada.with({ type: 'expired' }), { timeout: 3_000 }).toHaveLength(1);
    booked(1, 0);
    ada.send({ type: 'hello', access: await rig.bank.token('access', 'ada') });
    await expect.poll(() => cursors(ada, 'account:1')).toEqual([2]);
  });

  it('that does not say who it is, is closed', async () => {
    const nobody = await Listener.open(`${rig.gateway.url}/api/live`);
    expect(await nobody.closed).toBe(4401);
  });

  it('cannot become another user’s', async () => {
    const ada = await page('ada');
    ada.send({ type: 'hello', access: await rig.bank.token('access', 'bob') });
    expect(await ada.closed).toBe(4401);
  });

  it('on another site is refused its socket', async () => {
    const open = (headers: Record<string, string>) => Listener.open(`${rig.gateway.url}/api/live`, headers);
    await expect(open({ origin: 'https://evil.example' })).rejects.toThrow('403');
    listeners.push(await open({ origin: rig.gateway.url }));
  });
});

describe('a client of the first generation', () => {
  const item = (id: number, seq: number) =>
    expect.objectContaining({
      update_type: 'new_statement_item',
      for_account_id: id,
      data: expect.objectContaining({ seq }),
    });

  it('is told the new entries of its accounts, in the old shape exactly', async () => {
    const old = await Listener.open(`${rig.gateway.url}/updates`, {
      access: await rig.bank.token('access', 'ada'),
    });
    listeners.push(old);
    old.send({ account_ids: [1, '2'], after: { 2: 0 } });
    await expect.poll(() => old.frames).toEqual([item(2, 1)]);
    rig.bank.time += 7;
    const entry = rig.bank.book(1, -5, 'Transfer to 2');
    // Where watching begins is only known when an entry arrives: it is told until it does.
    await expect
      .poll(() => {
        rig.of('accounts')[0]!.push('account:1', entry.seq, entry);
        return old.with({ for_account_id: 1 }).length;
      })
      .toBeGreaterThan(0);
    expect(old.with({ for_account_id: 1 })).toEqual([
      {
        update_type: 'new_statement_item',
        for_account_id: 1,
        data: { seq: 2, timestamp: rig.bank.time, amount: -5, note: 'Transfer to 2', balance: 995 },
      },
    ]);
  });

  it('is told nothing of accounts that are not its own', async () => {
    const old = await Listener.open(`${rig.gateway.url}/updates`, {
      access: await rig.bank.token('access', 'ada'),
    });
    listeners.push(old);
    old.send({ account_ids: [3], after: { 3: 0 } });
    await expect.poll(() => old.frames).toMatchObject([{ update_type: 'error', code: 'not_found' }]);
  });

  it('is told nothing more when its token has run out', async () => {
    const old = await Listener.open(`${rig.gateway.url}/updates`);
    listeners.push(old);
    const access = await rig.bank.token('access', 'ada', { expires: rig.clock.ms / 1000 + 1 });
    old.send({ account_ids: [1], after: { 1: 0 }, access });
    await expect.poll(() => old.frames).toEqual([item(1, 1)]);
    expect(await old.closed).toBe(4401);
  });

  it('that shares an account with a hundred others is one subscription at each instance', async () => {
    const access = await rig.bank.token('access', 'ada');
    for (let n = 0; n < 100; n++) {
      const one = await Listener.open(`${rig.gateway.url}/updates`);
      listeners.push(one);
      one.send({ account_ids: [1], after: { 1: 1 }, access });
    }
    const entry = rig.bank.book(1, 1, 'one');
    await expect
      .poll(() => {
        rig.of('accounts')[0]!.push('account:1', entry.seq, entry);
        return listeners.filter(({ frames }) => frames.length === 1).length;
      })
      .toBe(100);
    expect(rig.bank.subscribed).toEqual(['account:1', 'account:1']);
  });
});
