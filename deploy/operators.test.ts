import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { settle } from './demonstration.js';
import { settleOperators } from './operators.js';
import type { Bank } from './populate/bank.js';

let data: string;
/** passwords by name */
let users: Map<string, string>;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'autokrator-operators-'));
  users = new Map();
});
afterEach(() => rm(data, { recursive: true }));

const bank = {
  isUser: async (name: string) => users.has(name),
  signsIn: async (name: string, password: string) => users.get(name) === password,
  register: async (name: string, password: string) => {
    if (users.has(name))
      return { status: 400, body: { status: 'failed', error: `the name ${name} is taken` } };
    if (name === 'bad') return { status: 400, body: { status: 'failed', error: 'username: no' } };
    users.set(name, password);
    return { status: 200, body: { status: 'created' } };
  },
};

it('nobody comes before an operator: each name has an owner, with a password that only the data folder has', async () => {
  const [olga] = await settleOperators(bank, data, ['olga']);
  expect(olga?.passwordFile).toBe(join(data, 'operators', 'olga.password'));
  const password = await readFile(olga!.passwordFile!, 'utf8');
  expect(password).toMatch(/^[a-z2-9]{12}$/);
  expect(users.get('olga')).toBe(password);
  expect((await stat(olga!.passwordFile!)).mode & 0o077).toBe(0);
});

it('done again, it changes nothing', async () => {
  const first = await settleOperators(bank, data, ['olga']);
  const before = users.get('olga');
  expect(await settleOperators(bank, data, ['olga'])).toEqual(first);
  expect(users.get('olga')).toBe(before);
  expect(await readFile(first[0]!.passwordFile!, 'utf8')).toBe(before);
});

it('goes on after a launcher that died between the file and the registration', async () => {
  const [olga] = await settleOperators(bank, data, ['olga']);
  const kept = users.get('olga');
  users.clear();
  await settleOperators(bank, data, ['olga']);
  expect(users.get('olga')).toBe(kept);
  expect(await readFile(olga!.passwordFile!, 'utf8')).toBe(kept);
});

it('somebody who has registered before keeps the password they have', async () => {
  users.set('ada', 'her own');
  expect(await settleOperators(bank, data, ['ada'])).toEqual([{ username: 'ada', passwordFile: undefined }]);
  expect(users.get('ada')).toBe('her own');
});

it('a name that the users service refuses stops the start', async () => {
  await expect(settleOperators(bank, data, ['bad'])).rejects.toThrow('the operator bad cannot be registered');
});

it('a demonstration does not begin with a name that is somebody else’s', async () => {
  users.set('operator', 'a stranger’s');
  const demoUsers = [{ username: 'operator', password: 'ours', operator: true }];
  await expect(settle(bank as unknown as Bank, demoUsers)).rejects.toThrow('is somebody else’s');
  users.set('operator', 'ours');
  await settle(bank as unknown as Bank, demoUsers);
});
