import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { onStage, type Stage, type Started } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { alternate, medianRatio, withSpread } from './harness/statistics.js';
import { processorSeconds, startBus, startService } from './harness/subjects.js';
import { eventsPerSecond } from './load/jobs.js';
import { BENCH_OPTIONS, COUNTER } from './options.js';
import { introduce, paid, publishAll } from './owed.js';

const KEYS = 100;

interface Served {
  readonly requestsPerSecond: number;
  readonly serverMicros: number;
}

export const route = command('bench route', {
  describe: 'a route in Lua that reads the state, beside a plain Fastify route over the same store',
  options: {
    ...BENCH_OPTIONS,
    requests: { describe: 'in each run', default: '20000', parse: wholeNumber(100) },
    connections: { describe: 'at once', default: '32', parse: wholeNumber(1) },
  },
  async run({ rounds, record, requests, connections }) {
    const outcomes = await onStage(async (stage) => {
      const bus = await startBus(stage);
      const store = `embedded:${await stage.folder()}`;
      await introduce(bus);
      await publishAll(stage, bus, { events: KEYS, keys: KEYS });
      const service = await startService(stage, COUNTER, bus, store);
      await paid(bus);
      const plain = await stage.node('bench/plain-route/main.js', [store], /listens at (\S+)/);
      const measure = (server: Started) => () => served(stage, server, requests, connections);
      return alternate(rounds, { Lua: measure(service), Fastify: measure(plain) });
    });
    const rates = (name: string): number[] =>
      outcomes[name]!.map(({ requestsPerSecond }) => requestsPerSecond);
    publishReport(
      {
        bench: 'route',
        conditions: [
          `GET /counter/{key}, one read of the embedded store, ${requests} requests over ${connections} connections.`,
        ],
        columns: ['route', 'requests/s', 'server µs/request', '× of Fastify'],
        rows: Object.entries(outcomes).map(([name, runs]) => [
          name,
          withSpread(rates(name)),
          withSpread(
            runs.map(({ serverMicros }) => serverMicros),
            1,
          ),
          medianRatio(rates(name), rates('Fastify')).toFixed(2),
        ]),
        remarks: ['Aim: 0.4 of Fastify.'],
        numbers: { requests, connections, outcomes },
      },
      record,
    );
  },
});

async function served(stage: Stage, server: Started, requests: number, connections: number): Promise<Served> {
  const load = await stage.load({
    kind: 'http',
    address: server.address,
    path: '/counter/key-7',
    connections,
    requests,
  });
  const before = processorSeconds(server);
  load.go();
  const requestsPerSecond = eventsPerSecond(requests, await load.result);
  return { requestsPerSecond, serverMicros: ((processorSeconds(server) - before) / requests) * 1e6 };
}
