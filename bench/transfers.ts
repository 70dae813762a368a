import { Agent } from 'node:http';
import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { Bank } from '../deploy/populate/bank.js';
import {
  DEPOSIT,
  manyTransfers,
  oneTransfer,
  openAccounts,
  processorMicros,
  SERVICES,
  startBank,
} from './harness/bank.js';
import { onStage } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { percentile, withSpread } from './harness/statistics.js';
import { BENCH_OPTIONS } from './options.js';
import { paid } from './owed.js';

export const transfers = command('bench transfers', {
  describe: 'transfers through bus, users, accounts, transactions and loyalty, one process each',
  options: {
    ...BENCH_OPTIONS,
    rounds: { ...BENCH_OPTIONS.rounds, default: '2' },
    transfers: { describe: 'in each run', default: '3000', parse: wholeNumber(10) },
    warmUp: { describe: 'before anything is measured', default: '3000', parse: wholeNumber(10) },
    alone: { describe: 'one after the other, for the latency', default: '100', parse: wholeNumber(1) },
    accounts: { describe: 'that money moves between', default: '50', parse: wholeNumber(2) },
    underWay: { describe: 'transfers without a verdict at once', default: '64', parse: wholeNumber(1) },
  },
  async run({ rounds, record, transfers: count, warmUp, alone, accounts, underWay }) {
    const outcomes = await onStage(async (stage) => {
      const processes = await startBank(stage);
      const bank = new Bank(Object.fromEntries(SERVICES.map((name) => [name, [processes[name].address]])));
      const ids = await openAccounts(bank, accounts);
      const agent = new Agent({ keepAlive: true });
      stage.defer(async () => agent.destroy());
      await manyTransfers(processes, agent, ids, warmUp, underWay);
      await paid(processes.bus, 'accounts');
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
          `${count} transfers between ${accounts} accounts, ${underWay} without a verdict at once; before that ${alone} one after the other, each until the verdict and both balances can be read. ${warmUp} went before as warm-up.`,
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
