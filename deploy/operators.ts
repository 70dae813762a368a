/**
 * The operators that `--operators` names. Rights go with the name, so none of these names may be free when the gateway opens: whoever came
 * first would be an operator. The launcher registers those who are not there yet, with a password of its own making that is kept in the
 * data folder, where nobody else may read it. The gateway refuses to register these names in any case.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFile } from '../common/private-file.js';
import { freshPassword } from './passwords.js';
import type { Bank } from './populate/bank.js';
import { draftOf } from './rights.js';

/** An operator as the launcher tells of it. */
export interface Operator {
  readonly username: string;
  /** file that holds the password the launcher has made; undefined: registered before, with a password of their own */
  readonly passwordFile: string | undefined;
}

/**
 * Makes sure that each name has an owner. Done again, it changes nothing.
 * @throws Error if the users service refuses a name, or the folder cannot be written
 */
export async function settleOperators(
  bank: Pick<Bank, 'register' | 'isUser'>,
  data: string,
  names: readonly string[],
): Promise<readonly Operator[]> {
  return Promise.all(names.map((username) => settle(bank, join(data, 'operators'), username)));
}

async function settle(
  bank: Pick<Bank, 'register' | 'isUser'>,
  folder: string,
  username: string,
): Promise<Operator> {
  const passwordFile = join(folder, `${username}.password`);
  const isUser = await bank.isUser(username);
  if (isUser) return { username, passwordFile: existsSync(passwordFile) ? passwordFile : undefined };
  // Kept before it is used: a launcher that dies in between finds it again.
  await mkdir(folder, { recursive: true });
  await makePrivateFile(passwordFile, draftOf(passwordFile), freshPassword());
  const { status, body } = await bank.register(username, await readFile(passwordFile, 'utf8'));
  if (status !== 200 && !body.error?.includes('taken'))
    throw new Error(`the operator ${username} cannot be registered: ${body.error ?? `status ${status}`}`);
  return { username, passwordFile };
}
