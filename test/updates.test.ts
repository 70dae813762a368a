/** Notifications over real processes: several instances, some of them killed, and a client that must miss nothing. */
import { afterEach, describe, expect, it } from 'vitest';
import { Follower } from './support/follower.js';
import { redisForTests } from './support/redis.js';
import { System } from './support/system.js';

const ACCOUNTS = 8;
const ROUNDS = 40;

const redis = await redisForTests();

describe.each(['embedded', 'redis'])('the updates of two instances, %s store', (store) => {
  let system: System | undefined;
  let follower: Follower | undefined;
  afterEach(async () => {
    follower?.stop();
    await system?.stop();
  });

  it.skipIf(store === 'redis' && redis === undefined)(
    'reach a watcher whole and once, although instances are killed and stopped',
    { timeout: 120_000 },
    async () => {
      system = await System.start({
        instances: 2,
        redis: store === 'redis' ? await redis!.database() : undefined,
      });
      const { bank } = system;
      await bank.createUser('ada');
      const accounts = await Promise.all(
        Array.from({ length: ACCOUNTS }, async () => bank.accountOf('ada', await bank.requestAccount('ada'))),
      );
      const topics = accounts.map((id) => `account:${id}`);
      const urls = ['accounts', 'accounts-2'].map((name) => system!.url(name));
      const watching = new Follower(urls, topics);
      follower = watching;
      await expect.poll(() => watching.connected).toBe(2);

      for (let round = 0; round < ROUNDS; round++) {
        if (round === 10) system.signal('accounts-2', 'SIGKILL');
        if (round === 20) system.signal('accounts', 'SIGTERM');
        if (round === 30) system.signal('accounts', 'SIGKILL');
        await Promise.all(accounts.map((id) => bank.deposit(id, 1 + round)));
      }

      for (const id of accounts) {
        await expect.poll(() => watching.seen(`account:${id}`).length, { timeout: 20_000 }).toBe(ROUNDS);
        expect(watching.seen(`account:${id}`).map(({ data }) => data)).toEqual(await bank.statement(id));
      }
      expect(watching.lost).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('the updates of the bank', () => {
  let system: System | undefined;
  let follower: Follower | undefined;
  afterEach(async () => {
    follower?.stop();
    await system?.stop();
  });

  it('tell of a user’s new accounts and of the verdict of a transfer, live and afterwards', async () => {
    system = await System.start();
    const { bank } = system;
    await bank.createUser('ada');
    const live = new Follower([system.url('users')], ['user:ada']);
    follower = live;
    await expect.poll(() => live.connected).toBe(1);
    const requests = [await bank.requestAccount('ada'), await bank.requestAccount('ada')];
    await expect.poll(() => live.seen('user:ada').length).toBe(2);
    live.stop();
    const later = new Follower([system.url('users')], ['user:ada']);
    follower = later;
    await expect.poll(() => later.seen('user:ada').length).toBe(2);
    expect(later.seen('user:ada')).toEqual(live.seen('user:ada'));
    later.stop();

    const accounts = await bank.accountsOf('ada');
    expect(live.seen('user:ada').map(({ data }) => data.account_id)).toEqual(accounts);
    expect(new Set(live.seen('user:ada').map(({ data }) => data.request_id))).toEqual(new Set(requests));

    const refused = await bank.transfer(accounts[0]!, accounts[1]!, 5);
    const topic = `transaction:${refused}`;
    const verdict = new Follower([system.url('transactions')], [topic]);
    follower = verdict;
    await expect
      .poll(() => verdict.seen(topic))
      .toEqual([{ cursor: 1, data: { id: refused, status: 'rejected', reason: 'Insufficient Balance' } }]);
  });
});
