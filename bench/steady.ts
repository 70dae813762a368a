import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { command } from '../common/command-line.js';
import { parseDuration, wholeNumber } from '../common/option-parsers.js';
import { Bank } from '../deploy/populate/bank.js';
import {
  DEPOSIT,
  manyTransfers,
  openAccounts,
  order,
  type Processes,
  pair,
  SERVICES,
  startBank,
} from './harness/bank.js';
import { type Plot, svgOf } from './harness/plot.js';
import { onStage } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { median, percentile } from './harness/statistics.js';
import { residentMiB } from './harness/subjects.js';
import { BusLink } from './load/bus-link.js';
import { nowNs } from './load/jobs.js';
import { BENCH_OPTIONS } from './options.js';
import { paid, publishAll } from './owed.js';

const PROCESSES = ['bus', ...SERVICES] as const;
const OUTPUT = join('bench', 'output');
const SAMPLES = 180;
/** of the warm-up, without a verdict at once */
const UNDER_WAY = 64;
/** orders leave in small groups, so that a timer can keep the pace */
const GROUP_MS = 20;

/** What was seen at one moment; latencies are those of the transfers since the moment before. */
interface Sample {
  readonly minute: number;
  readonly memoryMiB: readonly (number | undefined)[];
  readonly handles: readonly (number | undefined)[];
  readonly filesMiB: number;
  readonly transfers: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** orders without a verdict */
  readonly open: number;
}

export const steady = command('bench steady', {
  describe: 'a long run at a steady pace: memory, handles, files and latencies over time, as a picture',
  options: {
    record: BENCH_OPTIONS.record,
    duration: { describe: 'of the load', default: '30m', parse: parseDuration },
    rate: { describe: 'transfers per second', default: '100', parse: wholeNumber(1) },
    warmUp: {
      describe: 'transfers at full speed before: enough that the bus remembers as many lanes as it may',
      default: '60000',
      parse: wholeNumber(1),
    },
    accounts: { describe: 'that money moves between', default: '200', parse: wholeNumber(2) },
    history: {
      describe: 'consistency keys that the bus knows before: enough to fill its caches',
      default: '200000',
      parse: wholeNumber(1),
    },
  },
  async run({ record, duration, rate, warmUp, accounts, history }) {
    const samples = await onStage(async (stage) => {
      const processes = await startBank(stage);
      const bank = new Bank(Object.fromEntries(SERVICES.map((name) => [name, [processes[name].address]])));
      const ids = await openAccounts(bank, accounts);
      await publishAll(stage, processes.bus, { events: history, keys: history });
      const agent = new Agent({ keepAlive: true });
      stage.defer(async () => agent.destroy());
      await manyTransfers(processes, agent, ids, warmUp, UNDER_WAY);
      await paid(processes.bus, 'accounts');
      const taken = await underLoad(processes, agent, ids, rate, duration, stage.folders);
      await paid(processes.bus, 'accounts');
      const balances = await Promise.all(ids.map(async (id) => (await bank.account(id)).balance));
      const sum = balances.reduce((total, balance) => total + balance, 0);
      if (sum !== ids.length * DEPOSIT) throw new Error(`the balances add up to ${sum}`);
      return taken;
    });
    mkdirSync(OUTPUT, { recursive: true });
    const picture = join(OUTPUT, 'steady.svg');
    writeFileSync(picture, svgOf(plotsOf(samples)));
    publishReport(
      {
        bench: 'steady',
        conditions: [
          `${rate} transfers/s between ${accounts} accounts for ${(duration / 60_000).toFixed(1)} minutes; before it a history of ${history} events, each of another key, and ${warmUp} transfers at full speed.`,
        ],
        columns: ['what', 'first quarter', 'last quarter', 'ratio'],
        rows: rowsOf(samples),
        remarks: [
          `Medians of the samples of a quarter; latency from the order to its verdict in the log. ${picture}`,
        ],
        numbers: { duration, rate, warmUp, accounts, history, samples },
      },
      record,
    );
  },
});

/** Orders at the pace, whatever the answers do, and looks at everything `SAMPLES` times. */
async function underLoad(
  processes: Processes,
  agent: Agent,
  ids: readonly number[],
  rate: number,
  durationMs: number,
  folders: readonly string[],
): Promise<Sample[]> {
  // Which of the two comes first is left to chance: the answer to an order, or its verdict.
  const orderedAt = new Map<string, number>();
  const decidedAt = new Map<string, number>();
  let latencies: number[] = [];
  let ordered = 0;
  let decided = 0;
  let failed: unknown;
  const conclude = (key: string): void => {
    const [from, to] = [orderedAt.get(key), decidedAt.get(key)];
    if (from === undefined || to === undefined) return;
    latencies.push((to - from) / 1e6);
    orderedAt.delete(key);
    decidedAt.delete(key);
  };
  const observer = await BusLink.open(processes.bus.address, ({ events = [] }) => {
    for (const { consistency } of events) {
      decidedAt.set(consistency.key, nowNs());
      conclude(consistency.key);
      decided += 1;
    }
  });
  observer.say({ message_type: 'observe', event_types: ['AcceptedTransaction', 'RejectedTransaction'] });

  const one = async (): Promise<void> => {
    const [from, to] = pair(ids, ordered);
    ordered += 1;
    const startedAt = nowNs();
    const { transactionId } = await order(processes.transactions, agent, from, to);
    const key = `trans-${transactionId}`;
    orderedAt.set(key, startedAt);
    conclude(key);
  };
  const startedAt = nowNs();
  const elapsedMs = (): number => (nowNs() - startedAt) / 1e6;
  const pace = setInterval(() => {
    const due = Math.floor((Math.min(elapsedMs(), durationMs) / 1000) * rate);
    while (ordered < due)
      one().catch((error: unknown) => {
        failed ??= error;
      });
  }, GROUP_MS);

  const samples: Sample[] = [];
  for (let n = 1; n <= SAMPLES; n += 1) {
    await until((n * durationMs) / SAMPLES - elapsedMs());
    if (failed !== undefined) throw failed;
    const heard = latencies;
    latencies = [];
    samples.push({
      minute: elapsedMs() / 60_000,
      memoryMiB: PROCESSES.map((name) => residentMiB(processes[name])),
      handles: PROCESSES.map((name) => handlesOf(processes[name].pid)),
      filesMiB: folders.reduce((sum, folder) => sum + bytesBelow(folder), 0) / 2 ** 20,
      transfers: heard.length,
      p50Ms: heard.length > 0 ? percentile(heard, 0.5) : undefined,
      p99Ms: heard.length > 0 ? percentile(heard, 0.99) : undefined,
      open: ordered - decided,
    });
  }
  clearInterval(pace);
  while (decided < ordered) await until(GROUP_MS);
  observer.close();
  return samples;
}

function until(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** Open files and sockets. Linux only; undefined elsewhere. */
function handlesOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** As the disk counts them: files of the state store are larger than what they hold. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0);
}

function plotsOf(samples: readonly Sample[]): Plot[] {
  const minutes = samples.map(({ minute }) => minute);
  const perProcess = (read: (sample: Sample) => readonly (number | undefined)[]) =>
    PROCESSES.map((name, at) => ({ name, values: samples.map((sample) => read(sample)[at]) }));
  const line = (name: string, read: (sample: Sample) => number | undefined) => ({
    name,
    values: samples.map(read),
  });
  return [
    { title: 'Memory', unit: 'MiB', minutes, lines: perProcess(({ memoryMiB }) => memoryMiB) },
    { title: 'Open files and sockets', unit: 'number', minutes, lines: perProcess(({ handles }) => handles) },
    {
      title: 'Log and states on disk',
      unit: 'MiB',
      minutes,
      lines: [line('all', ({ filesMiB }) => filesMiB)],
    },
    {
      title: 'From order to verdict',
      unit: 'ms',
      minutes,
      lines: [line('p50', ({ p50Ms }) => p50Ms), line('p99', ({ p99Ms }) => p99Ms)],
    },
    { title: 'Orders without a verdict', unit: 'number', minutes, lines: [line('open', ({ open }) => open)] },
  ];
}

function rowsOf(samples: readonly Sample[]): string[][] {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const row = (name: string, read: (sample: Sample) => number | undefined): string[] => {
    const of = (part: readonly Sample[]): number => median(part.map((sample) => read(sample) ?? Number.NaN));
    const [first, last] = [of(samples.slice(0, quarter)), of(samples.slice(-quarter))];
    return [name, first.toFixed(1), last.toFixed(1), (last / first).toFixed(2)];
  };
  return [
    ...PROCESSES.map((name, at) => row(`${name} memory MiB`, ({ memoryMiB }) => memoryMiB[at])),
    ...PROCESSES.map((name, at) => row(`${name} handles`, ({ handles }) => handles[at])),
    row('verdict p50 ms', ({ p50Ms }) => p50Ms),
    row('verdict p99 ms', ({ p99Ms }) => p99Ms),
    row('verdicts per sample', ({ transfers }) => transfers),
    row('files MiB', ({ filesMiB }) => filesMiB),
  ];
}
