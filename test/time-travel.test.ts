/**
 * States of the past of a whole system in real processes, as an operator asks for them through the gateway: compared with a fold of the
 * exported log that knows nothing of the services.
 */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatementPage } from '../common/pages/bank.js';
import type { TimeTravel } from '../common/pages/operator.js';
import { Customer } from './support/customer.js';
import { type ExportedEvent, System } from './support/system.js';
import { until } from './support/until.js';

const STATES_MAX = 4;
const TRANSFERS = 12;

let system: System;
let log: readonly ExportedEvent[];
let operator: Readonly<Record<string, string>>;
let ada: Readonly<Record<string, string>>;
let ids: readonly number[];

beforeAll(async () => {
  system = await System.start({ instances: 2, gateway: { operators: ['olga'] } });
  [operator, ada] = [(await Customer.signIn(system.url('gateway'), 'olga')).credentials, await person('ada')];
  for (let n = 0; n < 2; n += 1) await api('POST', '/api/accounts', ada, {});
  await until(async () => {
    ids = await accountsOf();
    return ids.length === 2;
  });
  await system.bank.deposit(ids[0]!, 10_000);
  for (let n = 1; n <= TRANSFERS; n += 1)
    await api('POST', '/transaction/send', ada, {
      from_account_id: ids[0],
      to_account_id: ids[1],
      amount: n,
    });
  const sent = (TRANSFERS * (TRANSFERS + 1)) / 2;
  const statement = `/api/accounts/${ids[1]}/statement`;
  await until(async () => (await api('GET', statement, ada)).body.balance === sent);
  log = await system.export();
}, 60_000);
afterAll(() => system?.stop());

async function api(method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) {
  const answer = await fetch(`${system.url('gateway')}${path}`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
}

async function person(username: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await api('POST', '/register', {}, { username, password: 'a long password' });
  return { access: String(body.access) };
}

async function accountsOf(): Promise<number[]> {
  const { body } = await api('GET', '/api/accounts', ada);
  return (body.accounts as { id: number }[]).map(({ id }) => id);
}

function travel(service: string, at: string, path: string) {
  const question = new URLSearchParams({ service, at, path });
  return api('GET', `/api/operator/time?${question}`, operator);
}

/** Balance of an account after the events up to a position; undefined if it is not there yet. */
function balanceAt(id: number, position: number): number | undefined {
  let balance: number | undefined;
  for (const { event_type: type, data, position: at } of log) {
    if (Number(at) > position) break;
    const { acc_id: created, id: account, amount } = data as Readonly<Record<string, number>>;
    if (type === 'AccountCreated' && created === id) balance = 0;
    if (balance === undefined || account !== id) continue;
    if (type === 'ConfirmedCredit') balance += amount!;
    if (type === 'ConfirmedDebit') balance -= amount!;
  }
  return balance;
}

/** Of this process: those that show states as they were. */
function pastProcesses(): string[] {
  const children = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return children.split('\n').filter((line) => line.includes('--as-of'));
}

describe('a state as it was', () => {
  it('equals a fold of the exported log, wherever it is looked at', async () => {
    const credits = log.filter(({ event_type: type }) => type === 'ConfirmedCredit');
    const positions = [
      Number(log.find(({ event_type: type }) => type === 'AccountCreated')!.position),
      ...[0, TRANSFERS].map((n) => Number(credits[n]!.position)),
      // Between the debit and the credit of one transfer.
      Number(credits[3]!.position) - 1,
    ];
    for (const position of positions)
      for (const id of ids) {
        const { status, body } = await travel('accounts', String(position), `/account/${id}`);
        const balance = balanceAt(id, position);
        const expected = balance === undefined ? { status: 404 } : { status: 200, body: { id, balance } };
        expect({ status, body }).toMatchObject({
          status: 200,
          body: { position: String(position), ...expected },
        });
      }
  });

  it('of transactions knows no verdict that was not there yet', async () => {
    const verdict = log.find(({ event_type: type }) => type === 'AcceptedTransaction')!;
    const { transaction_id: id } = verdict.data as Readonly<Record<string, number>>;
    const at = Number(verdict.position);
    const state = async (position: number) =>
      (await travel('transactions', String(position), `/transaction/${id}`)).body.body as { status: string };
    expect((await state(at - 1)).status).toBe('pending');
    expect((await state(at)).status).toBe('accepted');
  });

  it('is what a customer’s statement says of that time', async () => {
    const at = log.filter(({ event_type: type }) => type === 'ConfirmedDebit')[TRANSFERS / 2]!.time;
    // Statements count whole seconds.
    const second = new Date(Math.floor(Date.parse(at) / 1000) * 1000 + 999).toISOString();
    const past = (await travel('accounts', second, `/account/${ids[0]}`)).body as unknown as TimeTravel;
    const question = `/api/accounts/${ids[0]}/statement?as_of=${encodeURIComponent(second)}`;
    const statement = (await api('GET', question, ada)).body as unknown as StatementPage;
    expect(statement.balance).toBe((past.body as { balance: number }).balance);
  });

  it('is kept, so that the next question is answered by the same process; of five, four stay', async () => {
    const last = Number(log.at(-1)!.position);
    const points = [4, 3, 2, 1, 0].map((n) => String(last - n));
    for (const at of points) await travel('accounts', at, `/account/${ids[0]}`);
    await expect.poll(() => pastProcesses().length).toBe(STATES_MAX);
    const kept = pastProcesses();
    expect((await travel('accounts', points[4]!, `/account/${ids[1]}`)).body.status).toBe(200);
    expect(pastProcesses()).toEqual(kept);
    expect(kept.some((line) => line.includes(`--as-of ${points[0]} `))).toBe(false);
  });

  it.each([
    ['an unknown service', { service: 'nobody', at: '1', path: '/' }, 404, /no service nobody/],
    ['no path', { service: 'accounts', at: '1' }, 400, /path/],
    ['another address', { service: 'accounts', at: '1', path: '//example.org/' }, 400, /path/],
    ['no point', { service: 'accounts', at: 'yesterday', path: '/' }, 400, /at:/],
    [
      'a time before the first event',
      { service: 'accounts', at: '2020-01-01T00:00:00Z', path: '/' },
      404,
      /nothing/,
    ],
    ['a position beyond the log', { service: 'accounts', at: '999999', path: '/' }, 404, /newest event/],
  ])('is refused for %s', async (_, question, status, message) => {
    const answer = await api('GET', `/api/operator/time?${new URLSearchParams({ ...question })}`, operator);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(message) } });
  });

  it('is for operators', async () => {
    const question = new URLSearchParams({ service: 'accounts', at: '1', path: `/account/${ids[0]}` });
    expect((await api('GET', `/api/operator/time?${question}`, ada)).status).toBe(403);
  });

  it('changes nothing for the live services: same subscription, same instances', async () => {
    const described = async () =>
      ((await system.askBus('/services')).services as Readonly<Record<string, unknown>>[]).map(
        ({ client_type, event_types, instances }) => ({
          client_type,
          event_types,
          sessions: (instances as { session_id: number }[]).map(({ session_id }) => session_id).sort(),
        }),
      );
    const before = await described();
    await travel('accounts', String(Number(log.at(-1)!.position) - 7), `/account/${ids[0]}`);
    expect(await described()).toEqual(before);
    expect((await system.export()).length).toBe(log.length);
  });
});
