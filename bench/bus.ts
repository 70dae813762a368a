import { command } from '../common/command-line.js';
import { parseDuration, wholeNumber } from '../common/option-parsers.js';
import { onStage, type Stage, type Started } from './harness/processes.js';
import { publishReport, type Report } from './harness/report.js';
import { alternate, medianRatio, percentile, withSpread } from './harness/statistics.js';
import { processorSeconds, startBus, startFloor, startNats, startRedis } from './harness/subjects.js';
import { eventsPerSecond, MEASURED, type Target } from './load/jobs.js';
import { BENCH_OPTIONS } from './options.js';

/** Of a paced run; the first of them, in which the engines of all processes still compile, are not looked at. */
const SECONDS_PACED = 15;
const SECONDS_WARMING = 5;

export interface EndToEndLoad {
  readonly events: number;
  readonly keys: number;
  readonly inFlight: number;
  readonly perFrame: number;
  readonly pacePerSecond: number;
  readonly knowledge?: 'exact' | 'seen';
}

export interface EndToEnd {
  /** receipts per second */
  readonly published: number;
  /** from the first event sent to the last received, events per second */
  readonly endToEnd: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** processor time of the server, microseconds per event */
  readonly serverMicros: number;
}

/** Publisher, server and consumer, each a process, all on this machine. */
export async function endToEnd(
  stage: Stage,
  kind: Target['kind'],
  server: Started,
  load: EndToEndLoad,
): Promise<EndToEnd> {
  const target = { kind, address: server.address };
  const { events, inFlight, knowledge = 'exact' } = load;
  const consumer = await stage.load({
    kind: 'consume',
    target,
    events,
    inFlight: 4 * inFlight,
    type: MEASURED,
  });
  const publisher = await stage.load({ ...load, kind: 'publish', target, knowledge });
  const before = processorSeconds(server);
  consumer.go();
  publisher.go();
  const [sent, received] = await Promise.all([publisher.result, consumer.result]);
  const used = processorSeconds(server) - before;
  const latenciesMs = received.latenciesMs.slice(SECONDS_WARMING * load.pacePerSecond);
  return {
    published: eventsPerSecond(events, sent),
    endToEnd: eventsPerSecond(events, { startedAt: sent.startedAt, endedAt: received.endedAt }),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    serverMicros: (used / events) * 1e6,
  };
}

interface Peer {
  readonly kind: Target['kind'];
  start(stage: Stage): Promise<Started | undefined>;
  /** why it may not be there */
  readonly absent: string;
}

const PEERS: Readonly<Record<string, Peer>> = {
  'Redis Streams, always': { kind: 'redis', start: startRedis, absent: 'no redis-server on PATH' },
  'NATS JetStream, default (not durable)': {
    kind: 'nats',
    start: (stage) => startNats(stage, false),
    absent: 'no nats-server on PATH',
  },
  'NATS JetStream, sync always': {
    kind: 'nats',
    start: (stage) => startNats(stage, true),
    absent: 'no nats-server on PATH',
  },
};

const AIMS =
  'Aims: 0.8 of the floor, 1.5 × Redis always, 3.5 × JetStream default, 10 × JetStream sync always; paced at 1,000/s p50 1 ms, p99 3 ms.';

export const bus = command('bench bus', {
  describe: 'events through the bus, end to end and durable, beside the bare floor and its peers',
  options: {
    ...BENCH_OPTIONS,
    events: { describe: 'in each run', default: '300000', parse: wholeNumber(1000) },
    keys: { describe: 'consistency keys', default: '1000', parse: wholeNumber(1) },
    inFlight: { describe: 'events without a receipt', default: '512', parse: wholeNumber(1) },
    perFrame: { describe: 'events in one `new` at most', default: '64', parse: wholeNumber(1, 1000) },
    paced: {
      describe: 'so many events per second, one per frame, for latencies; 0 = as fast as it goes',
      default: '0',
      parse: wholeNumber(0),
    },
    flushDelay: { describe: 'added to every flush', default: '0ms', parse: parseDuration },
  },
  async run({ rounds, record, flushDelay, paced, ...options }) {
    const load: EndToEndLoad = {
      keys: options.keys,
      inFlight: options.inFlight,
      events: paced > 0 ? paced * SECONDS_PACED : options.events,
      perFrame: paced > 0 ? 1 : options.perFrame,
      pacePerSecond: paced,
    };
    const remarks = [AIMS];
    const subjects: Record<string, () => Promise<EndToEnd>> = {
      bus: () =>
        onStage(async (stage) =>
          endToEnd(stage, 'bus', await startBus(stage, { flushDelayMs: flushDelay }), load),
        ),
      floor: () =>
        onStage(async (stage) => endToEnd(stage, 'floor', await startFloor(stage, flushDelay), load)),
    };
    if (flushDelay > 0) {
      remarks.push('Peers are left out: their flushes cannot be delayed.');
      subjects['bus, flush not delayed'] = () =>
        onStage(async (stage) => endToEnd(stage, 'bus', await startBus(stage), load));
    } else
      for (const [name, peer] of Object.entries(PEERS)) {
        const { kind, start, absent } = peer;
        const there = await onStage(async (stage) => (await start(stage)) !== undefined);
        if (!there) remarks.push(`${name} is left out: ${absent}.`);
        else
          subjects[name] = () => onStage(async (stage) => endToEnd(stage, kind, (await start(stage))!, load));
      }
    const outcomes = await alternate(rounds, subjects);
    publishReport(report(outcomes, load, flushDelay, remarks), record);
  },
});

function report(
  outcomes: Record<string, EndToEnd[]>,
  load: EndToEndLoad,
  flushDelayMs: number,
  remarks: readonly string[],
): Report {
  const ours = outcomes.bus!.map(({ endToEnd }) => endToEnd);
  const delay = flushDelayMs > 0 ? `, ${flushDelayMs} ms added to each flush` : '';
  const pace =
    load.pacePerSecond > 0
      ? `, paced at ${load.pacePerSecond}/s for ${SECONDS_PACED} s, latencies without the first ${SECONDS_WARMING}`
      : `, ${load.inFlight} in flight`;
  return {
    bench: 'bus',
    conditions: [
      `${load.events} events of 300 bytes over ${load.keys} keys, exact sequence, every one flushed before its receipt${pace}${delay}.`,
    ],
    columns: [
      'server',
      'published/s',
      'end to end/s',
      'p50 ms',
      'p99 ms',
      'server µs/event',
      'bus is × of it',
    ],
    rows: Object.entries(outcomes).map(([name, runs]) => [
      name,
      withSpread(runs.map(({ published }) => published)),
      withSpread(runs.map(({ endToEnd }) => endToEnd)),
      withSpread(
        runs.map(({ p50Ms }) => p50Ms),
        2,
      ),
      withSpread(
        runs.map(({ p99Ms }) => p99Ms),
        2,
      ),
      withSpread(
        runs.map(({ serverMicros }) => serverMicros),
        1,
      ),
      medianRatio(
        ours,
        runs.map(({ endToEnd }) => endToEnd),
      ).toFixed(2),
    ]),
    remarks,
    numbers: { load, flushDelayMs, outcomes },
  };
}
