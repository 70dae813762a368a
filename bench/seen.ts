import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { endToEnd } from './bus.js';
import { onStage } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { alternate, medianRatio, withSpread } from './harness/statistics.js';
import { startBus } from './harness/subjects.js';
import { ANSWERER } from './load/answer.js';
import { eventsPerSecond } from './load/jobs.js';
import { BENCH_OPTIONS } from './options.js';
import { introduce, publishAll } from './owed.js';

const OUTCOMES = 4;

export const seen = command('bench seen', {
  describe: 'explicit `seen`, and atomic batches of 4 that acknowledge, beside plain events',
  options: {
    ...BENCH_OPTIONS,
    events: { describe: 'stored in each run', default: '40000', parse: wholeNumber(1000) },
    keys: { describe: 'consistency keys', default: '1000', parse: wholeNumber(1) },
  },
  async run({ rounds, record, events, keys }) {
    const load = { events, keys, inFlight: 512, perFrame: 64, pacePerSecond: 0 };
    const outcomes = await alternate(rounds, {
      plain: () =>
        onStage(async (stage) => (await endToEnd(stage, 'bus', await startBus(stage), load)).endToEnd),
      seen: () =>
        onStage(async (stage) => {
          const bus = await startBus(stage);
          return (await endToEnd(stage, 'bus', bus, { ...load, knowledge: 'seen' })).endToEnd;
        }),
      'batches of 4': () => batches(events, keys),
    });
    publishReport(
      {
        bench: 'seen',
        conditions: [
          `${events} events over ${keys} keys, 512 in flight. A batch is the answer to an event that was delivered: it acknowledges it and holds 4 events, sent with what was seen; its events are counted.`,
        ],
        columns: ['how', 'events/s', '× of plain'],
        rows: Object.entries(outcomes).map(([name, runs]) => [
          name,
          withSpread(runs),
          medianRatio(runs, outcomes.plain!).toFixed(2),
        ]),
        remarks: ['Aim: 0.6 of plain.'],
        numbers: { load, outcomes },
      },
      record,
    );
  },
});

/** Events that were accepted per second, from the first answer to the last receipt. */
function batches(events: number, keys: number): Promise<number> {
  return onStage(async (stage) => {
    const bus = await startBus(stage);
    await introduce(bus, ANSWERER);
    const asked = Math.ceil(events / OUTCOMES);
    await publishAll(stage, bus, { events: asked, keys });
    const answerer = await stage.load({
      kind: 'answer',
      target: { kind: 'bus', address: bus.address },
      events: asked,
      outcomes: OUTCOMES,
      inFlight: 512,
    });
    answerer.go();
    return eventsPerSecond(asked * OUTCOMES, await answerer.result);
  });
}
