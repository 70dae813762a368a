import { Agent, request } from 'node:http';
import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { Bank } from '../deploy/populate/bank.js';
import { onStage, type Stage, type Started } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { percentile, withSpread } from './harness/statistics.js';
import { processorSeconds, startBus, startService } from './harness/subjects.js';
import { BusLink } from './load/bus-link.js';
import { eventsPerSecond, nowNs } from './load/jobs.js';
import { BENCH_OPTIONS } from './options.js';
import { paid } from './owed.js';

const SERVICES = ['users', 'accounts', 'transactions', 'loyalty'] as const;
type Processes = Readonly<Record<'bus' | (typeof SERVICES)[number], Started>>;

const DEPOSIT = 1_000_000;
const AMOUNT = 100;

export const transfers = command('bench transfers', {
  describe: 'transfers through bus, users, accounts, transactions and loyalty, one process each',
  options: {
    ...BENCH_OPTIONS,
    rounds: { ...BENCH_OPTIONS.rounds, default: '2' },
    transfers: { describe: 'in each run', default: '3000', parse: wholeNumber(10) },
    alone: { describe: 'one after the other, for the latency', default: '100', parse: wholeNumber(1) },
    accounts: { describe: 'that money moves between', default: '50', parse: wholeNumber(2) },
    underWay: { describe: 'transfers without a verdict at once', default: '64', parse: wholeNumber(1) },
  },
  async run({ rounds, record, transfers: count, alone, accounts, underWay }) {
    const outcomes = await onStage(async (stage) => {
      const processes = await startBank(stage);
      const bank = new Bank(Object.fromEntries(SERVICES.map((name) => [name, [processes[name].address]])));
      const ids = await openAccounts(bank, accounts);
      const agent = new Agent({ keepAlive: true });
      stage.defer(async () => agent.destroy());
      const latenciesMs: number[] = [];
      for (let n = 0; n < alone; n += 1) latenciesMs.push(await oneTransfer(processes, agent, ids, n));
      const rates: number[] = [];
      const before = processorMicros(processes);
      for (let round = 0; round < rounds; round += 1)
        rates.push(await manyTransfers(processes, agent, ids, count, underWay));
      const micros = processorMicros(processes).map((after, at) => (after - before[at]!) / (rounds * count));
      await paid(processes.bus, 'accounts');
      const balances = await Promise.all(ids.map(async (id) => (await bank.account(id)).balance));
      const sum = balances.reduce((total, balance) => total + balance, 0);
      if (sum !== ids.length * DEPOSIT) throw new Error(`the balances add up to ${sum}`);
      return { rates, latenciesMs, micros };
    });
    const { rates, latenciesMs, micros } = outcomes;
    publishReport(
      {
        bench: 'transfers',
        conditions: [
          `${count} transfers between ${accounts} accounts, ${underWay} without a verdict at once; before that ${alone} one after the other, each until the verdict and both balances can be read.`,
        ],
        columns: ['what', 'result'],
        rows: [
          ['transfers/s', withSpread(rates)],
          ['alone p50 ms', percentile(latenciesMs, 0.5).toFixed(1)],
          ['alone p99 ms', percentile(latenciesMs, 0.99).toFixed(1)],
          ...['bus', ...SERVICES].map((name, at) => [`${name} µs/transfer`, micros[at]!.toFixed(0)]),
        ],
        remarks: ['Aims: 1,500/s, alone p50 10 ms.'],
        numbers: { count, accounts, underWay, outcomes },
      },
      record,
    );
  },
});

async function startBank(stage: Stage): Promise<Processes> {
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
function processorMicros(processes: Processes): number[] {
  return (['bus', ...SERVICES] as const).map((name) => processorSeconds(processes[name]) * 1e6);
}

async function openAccounts(bank: Bank, count: number): Promise<number[]> {
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
async function oneTransfer(
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

/** Transfers per second, from the first request to the last verdict in the log. */
async function manyTransfers(
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
function pair(ids: readonly number[], n: number): [from: number, to: number] {
  return [ids[n % ids.length]!, ids[(n + 1) % ids.length]!];
}

function order(
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
