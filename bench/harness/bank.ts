/** The bank as benches use it: bus, users, accounts, transactions and loyalty, one process each, and transfers over HTTP. */
import { type Agent, request } from 'node:http';
import type { Bank } from '../../deploy/populate/bank.js';
import { BusLink } from '../load/bus-link.js';
import { eventsPerSecond, nowNs } from '../load/jobs.js';
import type { Stage, Started } from './processes.js';
import { processorSeconds, startBus, startService } from './subjects.js';

export const SERVICES = ['users', 'accounts', 'transactions', 'loyalty'] as const;
export type Processes = Readonly<Record<'bus' | (typeof SERVICES)[number], Started>>;

/** pence on every account at first */
export const DEPOSIT = 1_000_000;
const AMOUNT = 100;

export async function startBank(stage: Stage): Promise<Processes> {
  const bus = await startBus(stage);
  const state = `embedded:${await stage.folder()}`;
  const services = await Promise.all(
    SERVICES.map(
      async (name) => [name, await startService(stage, `scripts/${name}.lua`, bus, state)] as const,
    ),
  );
  return { bus, ...(Object.fromEntries(services) as Record<(typeof SERVICES)[number], Started>) };
}

/** In the order bus, services. */
export function processorMicros(processes: Processes): number[] {
  return (['bus', ...SERVICES] as const).map((name) => processorSeconds(processes[name]) * 1e6);
}

export async function openAccounts(bank: Bank, count: number): Promise<number[]> {
  await bank.createUser('bench');
  return Promise.all(
    Array.from({ length: count }, async () => {
      const id = await bank.accountOf('bench', await bank.requestAccount('bench'));
      await bank.deposit(id, DEPOSIT);
      return id;
    }),
  );
}

/** Milliseconds from the request until the verdict and both balances can be read. */
export async function oneTransfer(
  { transactions, accounts }: Processes,
  agent: Agent,
  ids: readonly number[],
  n: number,
): Promise<number> {
  const [from, to] = pair(ids, n);
  const balance = async (id: number): Promise<number> =>
    (await ask<{ balance: number }>(agent, 'GET', `${accounts.address}/account/${id}`)).balance;
  const expected = [(await balance(from)) - AMOUNT, (await balance(to)) + AMOUNT];
  const startedAt = nowNs();
  const { transactionId } = await order(transactions, agent, from, to);
  const verdict = `${transactions.address}/transaction/${transactionId}`;
  while ((await ask<{ status: string }>(agent, 'GET', verdict)).status === 'pending');
  while ((await balance(from)) !== expected[0] || (await balance(to)) !== expected[1]);
  return (nowNs() - startedAt) / 1e6;
}

/**
 * Transfers per second, from the first request to the last verdict in the log.
 * @param underWay without a verdict at once
 */
export async function manyTransfers(
  { bus, transactions }: Processes,
  agent: Agent,
  ids: readonly number[],
  count: number,
  underWay: number,
): Promise<number> {
  let verdicts = 0;
  let ordered = 0;
  let done = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    done = resolve;
  });
  const next = (): void => {
    if (ordered === count) return;
    const [from, to] = pair(ids, ordered);
    ordered += 1;
    void order(transactions, agent, from, to);
  };
  const observer = await BusLink.open(bus.address, ({ events = [] }) => {
    for (const _verdict of events) next();
    verdicts += events.length;
    if (verdicts === count) done();
  });
  observer.say({ message_type: 'observe', event_types: ['AcceptedTransaction', 'RejectedTransaction'] });
  const startedAt = nowNs();
  for (let n = 0; n < underWay; n += 1) next();
  await end;
  observer.close();
  return eventsPerSecond(count, { startedAt, endedAt: nowNs() });
}

/** Every account pays and is paid in turn. */
export function pair(ids: readonly number[], n: number): [from: number, to: number] {
  return [ids[n % ids.length]!, ids[(n + 1) % ids.length]!];
}

export function order(
  { address }: Started,
  agent: Agent,
  fromAccountId: number,
  toAccountId: number,
): Promise<{ transactionId: number }> {
  const body = JSON.stringify({ fromAccountId, toAccountId, amount: AMOUNT });
  return ask(agent, 'POST', `${address}/createTransaction`, body);
}

/** @throws if the answer is no success */
function ask<Answer>(agent: Agent, method: string, url: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, method }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => {
        if (answer.statusCode! < 300) resolve(JSON.parse(text) as Answer);
        else reject(new Error(`${method} ${url}: ${answer.statusCode} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
