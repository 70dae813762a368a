import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { onStage, type Stage } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { alternate, withSpread } from './harness/statistics.js';
import { startBus, startRedis, startService } from './harness/subjects.js';
import { BENCH_OPTIONS, COUNTER } from './options.js';
import { type Drained, drained, introduce, type OwedLoad, publishAll } from './owed.js';

/** Share of the events that belongs to the start: the engine's code is compiled while they are handled. */
const WARM_UP = 1 / 3;

export const lua = command('bench lua', {
  describe: 'events through one superclient: read, write, applied mark, acknowledge',
  options: {
    ...BENCH_OPTIONS,
    events: { describe: 'in each run', default: '60000', parse: wholeNumber(1000) },
    keys: { describe: 'consistency keys', default: '1000', parse: wholeNumber(1) },
  },
  async run({ rounds, record, events, keys }) {
    const load: OwedLoad = { events, keys };
    const embedded = async (stage: Stage): Promise<string> => `embedded:${await stage.folder()}`;
    const redis = async (stage: Stage): Promise<string> => (await startRedis(stage))!.address;
    const subjects: Record<string, () => Promise<Drained>> = { embedded: () => handled(load, embedded) };
    const remarks = ['Aims: 10,000/s embedded, 6,000/s Redis.'];
    if (await onStage(async (stage) => (await startRedis(stage)) === undefined))
      remarks.push('Redis is left out: no redis-server on PATH.');
    else subjects.Redis = () => handled(load, redis);
    const outcomes = await alternate(rounds, subjects);
    publishReport(
      {
        bench: 'lua',
        conditions: [
          `${events} events over ${keys} keys wait for one superclient, which then works them off; measured over the last two thirds.`,
        ],
        columns: ['state store', 'events/s', 'service µs/event'],
        rows: Object.entries(outcomes).map(([name, runs]) => [
          name,
          withSpread(runs.map(({ eventsPerSecond }) => eventsPerSecond)),
          withSpread(
            runs.map(({ serviceMicros }) => serviceMicros),
            1,
          ),
        ]),
        remarks,
        numbers: { load, outcomes },
      },
      record,
    );
  },
});

function handled(load: OwedLoad, store: (stage: Stage) => Promise<string>): Promise<Drained> {
  return onStage(async (stage) => {
    const bus = await startBus(stage);
    await introduce(bus);
    await publishAll(stage, bus, load);
    const service = await startService(stage, COUNTER, bus, await store(stage));
    return drained(bus, service, Math.floor(load.events * (1 - WARM_UP)));
  });
}
