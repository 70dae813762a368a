/**
 * kill -9 of every process in the middle of 200 transfers: afterwards verdicts, balances, statements and the log agree.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../common/random.js';
import { statementFaults } from '../deploy/populate/books.js';
import { foldBank } from './support/oracle.js';
import { redisForTests } from './support/redis.js';
import { System } from './support/system.js';

const TRANSFERS = 200;
const ACCOUNTS = 8;
const DEPOSIT = 20_000;

const redis = await redisForTests();

describe.each([
  { store: 'embedded', instances: 1 },
  { store: 'embedded', instances: 3 },
  { store: 'redis', instances: 1 },
  { store: 'redis', instances: 3 },
])('$instances instance(s) of each service, $store store', ({ store, instances }) => {
  let system: System | undefined;
  afterEach(async ({ task }) => {
    const failed = task.result?.state === 'fail';
    if (system && failed) {
      await writeFile(join(system.data, 'output.log'), `${system.output.join('\n')}\n`);
      process.stderr.write(`Kept, with what the processes said in output.log: ${system.data}\n`);
    }
    await system?.stop({ keep: failed });
    system = undefined;
  });

  it.skipIf(store === 'redis' && redis === undefined)(
    'loses and doubles nothing when every process is killed in the middle of 200 transfers',
    { timeout: 180_000 },
    async () => {
      system = await System.start({
        instances,
        redis: store === 'redis' ? await redis!.database() : undefined,
      });
      const { bank } = system;
      const random = seededRandom(instances);
      await bank.createUser('ada');
      const accounts = await Promise.all(
        Array.from({ length: ACCOUNTS }, async () => {
          const id = await bank.accountOf('ada', await bank.requestAccount('ada'));
          expect((await bank.deposit(id, DEPOSIT)).status).toBe(201);
          return id;
        }),
      );

      const victims = system.names();
      const killEvery = Math.floor(TRANSFERS / victims.length);
      const orders: Promise<number>[] = [];
      for (let i = 0; i < TRANSFERS; i++) {
        const from = accounts[random.int(ACCOUNTS)]!;
        const to = accounts.filter((id) => id !== from)[random.int(ACCOUNTS - 1)]!;
        orders.push(bank.transfer(from, to, 1 + random.int(9_000)));
        if (i % killEvery === 5 && victims.length > 0)
          system.signal(victims.splice(random.int(victims.length), 1)[0]!, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      const transactions = await Promise.all(orders);
      expect(victims).toEqual([]);
      await system.healthy(...system.names());
      const verdicts = await Promise.all(transactions.map((id) => bank.verdict(id)));

      const refunds = async () =>
        (await Promise.all(accounts.map((id) => bank.refunded(id)))).reduce((a, b) => a + b);
      await expect
        .poll(
          async () => {
            const balances = await Promise.all(accounts.map(async (id) => (await bank.account(id)).balance));
            return balances.reduce((a, b) => a + b) - (await refunds());
          },
          { timeout: 20_000 },
        )
        .toBe(ACCOUNTS * DEPOSIT);

      const log = foldBank(await system.export());
      expect(log.faults).toEqual([]);
      expect(new Set(transactions).size).toBe(TRANSFERS);
      expect(log.pending).toEqual(new Set(transactions));
      for (const [i, id] of transactions.entries()) expect(log.verdicts.get(id)).toBe(verdicts[i]!.status);
      for (const id of accounts) {
        const { balance } = await bank.account(id);
        expect({ id, balance }).toEqual({ id, balance: log.balances.get(id) });
        expect(statementFaults(id, balance, await bank.statement(id))).toEqual([]);
      }
    },
  );
});
