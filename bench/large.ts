import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { endToEnd } from './bus.js';
import { onStage } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { residentMiB, startBus } from './harness/subjects.js';
import { CONSUMER, MEASURED, nowNs } from './load/jobs.js';
import { BENCH_OPTIONS } from './options.js';
import { introduce, owedTo, publishAll } from './owed.js';

const SMALL = { events: 10_000, keys: 1000 };
const LOOK_MS = 50;

export const large = command('bench large', {
  describe:
    'a large log with many keys: rate, memory of the bus, its restart; then many owed events, and back',
  options: {
    record: BENCH_OPTIONS.record,
    events: { describe: 'in the large log', default: '200000', parse: wholeNumber(1000) },
    keys: { describe: 'consistency keys of the large log', default: '20000', parse: wholeNumber(1) },
    owed: {
      describe: 'events that wait for a client type that is away',
      default: '100000',
      parse: wholeNumber(1000),
    },
  },
  async run({ record, events, keys, owed }) {
    const load = { inFlight: 512, perFrame: 64, pacePerSecond: 0 };
    const small = await onStage(async (stage) =>
      endToEnd(stage, 'bus', await startBus(stage), { ...load, ...SMALL }),
    );
    const big = await onStage(async (stage) => {
      const folder = await stage.folder();
      const bus = await startBus(stage, { folder });
      let peakMiB = 0;
      const sampling = setInterval(() => {
        peakMiB = Math.max(peakMiB, residentMiB(bus) ?? 0);
      }, LOOK_MS);
      const run = await endToEnd(stage, 'bus', bus, { ...load, events, keys });
      clearInterval(sampling);
      await bus.stop('SIGKILL');
      const killedAt = nowNs();
      await startBus(stage, { folder });
      return { ...run, peakMiB, restartSeconds: (nowNs() - killedAt) / 1e9 };
    });
    const away = await onStage(async (stage) => {
      const bus = await startBus(stage);
      await introduce(bus);
      await publishAll(stage, bus, { events: owed, keys: SMALL.keys });
      const waiting = await owedTo(bus);
      if (waiting !== owed) throw new Error(`${waiting} are owed, not ${owed}`);
      const atRestMiB = residentMiB(bus) ?? 0;
      const target = { kind: 'bus', address: bus.address } as const;
      const consumer = await stage.load({
        kind: 'consume',
        target,
        events: owed,
        inFlight: 2048,
        type: MEASURED,
      });
      consumer.go();
      const { startedAt, endedAt } = await consumer.result;
      return {
        eventsPerSecond: (owed / (endedAt - startedAt)) * 1e9,
        atRestMiB,
        afterMiB: residentMiB(bus) ?? 0,
      };
    });
    const rate = (number: number): string => Math.round(number).toLocaleString('en-GB');
    publishReport(
      {
        bench: 'large',
        conditions: [`A log of ${events} events over ${keys} keys; ${owed} events owed to ${CONSUMER}.`],
        columns: ['what', 'result'],
        rows: [
          [`end to end, ${SMALL.events} events`, `${rate(small.endToEnd)}/s`],
          [`end to end, ${events} events`, `${rate(big.endToEnd)}/s`],
          ['ratio', (big.endToEnd / small.endToEnd).toFixed(2)],
          ['memory of the bus, highest', `${big.peakMiB} MiB`],
          ['restart after kill -9', `${big.restartSeconds.toFixed(2)} s`],
          [`${owed} owed, then back`, `${rate(away.eventsPerSecond)}/s`],
          ['memory of the bus, owing', `${away.atRestMiB} MiB`],
          ['memory of the bus, paid', `${away.afterMiB} MiB`],
        ],
        remarks: ['Aims: ratio 0.8, 512 MiB, restart in 10 s, drained at 0.7 of the normal rate.'],
        numbers: { events, keys, owed, small, big, away },
      },
      record,
    );
  },
});
