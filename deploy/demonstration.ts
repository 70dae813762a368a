/**
 * The users of a demonstration: two customers with money, and an operator. Their passwords are made once and kept beside the data.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoUser } from '../common/pages/session.js';
import { makePrivateFile } from '../common/private-file.js';
import { freshPassword } from './passwords.js';
import type { Bank } from './populate/bank.js';
import { draftOf } from './rights.js';

const USERS = [
  { username: 'ada', operator: false },
  { username: 'grace', operator: false },
  { username: 'operator', operator: true },
] as const;
const ACCOUNTS = 2;
/** pence, on the first account */
const FIRST_DEPOSIT = 100_000;
/** @throws Error if what was kept cannot be read */
export async function provideUsers(data: string): Promise<readonly DemoUser[]> {
  const path = join(data, 'demonstration.json');
  await mkdir(data, { recursive: true });
  const fresh = USERS.map((user) => ({ ...user, password: freshPassword() }));
  await makePrivateFile(path, draftOf(path), JSON.stringify(fresh, null, 2));
  return JSON.parse(await readFile(path, 'utf8')) as DemoUser[];
}

/**
 * Registers those who are not there yet, and gives each customer accounts and a first deposit. Done again, it changes nothing.
 * @throws Error if one of the names is somebody else's: with the operator's would go the rights
 */
export async function settle(bank: Bank, users: readonly DemoUser[]): Promise<void> {
  await Promise.all(
    users.map(async ({ username, password, operator }) => {
      const { status, body } = await bank.register(username, password);
      if (status !== 200 && !body.error?.includes('taken'))
        throw new Error(`POST /user answered ${status}: ${JSON.stringify(body)}`);
      if (status !== 200 && !(await bank.signsIn(username, password)))
        throw new Error(
          `the name ${username} of the demonstration is somebody else’s. Without a demonstration: --demonstration off`,
        );
      if (operator) return;
      for (let has = (await bank.accountsOf(username)).length; has < ACCOUNTS; has += 1) {
        const id = await bank.accountOf(username, await bank.requestAccount(username));
        if (has === 0) await bank.deposit(id, FIRST_DEPOSIT);
      }
    }),
  );
}
