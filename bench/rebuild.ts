import { rm } from 'node:fs/promises';
import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { onStage, type Started } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { withSpread } from './harness/statistics.js';
import { startBus, startService } from './harness/subjects.js';
import { eventsPerSecond, nowNs } from './load/jobs.js';
import { BENCH_OPTIONS, COUNTER } from './options.js';
import { introduce, publishAll } from './owed.js';

const LOOK_MS = 20;

export const rebuild = command('bench rebuild', {
  describe: 'a service that has lost its state, and the pages of the bus alone',
  options: {
    ...BENCH_OPTIONS,
    rounds: { ...BENCH_OPTIONS.rounds, default: '1' },
    events: { describe: 'in the log', default: '100000', parse: wholeNumber(1000) },
    keys: { describe: 'consistency keys', default: '1000', parse: wholeNumber(1) },
  },
  async run({ rounds, record, events, keys }) {
    const outcomes = await onStage(async (stage) => {
      const bus = await startBus(stage);
      // nobody is known yet, so nothing is owed: to a newcomer all of it is history
      await publishAll(stage, bus, { events, keys });
      await introduce(bus);
      const throughBus: number[] = [];
      const throughLua: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const target = { kind: 'bus', address: bus.address } as const;
        const replay = await stage.load({ kind: 'replay', target, events });
        replay.go();
        throughBus.push(eventsPerSecond(events, await replay.result));
        const state = await stage.folder();
        const startedAt = nowNs();
        const service = await startService(stage, COUNTER, bus, `embedded:${state}`);
        await live(service);
        throughLua.push(eventsPerSecond(events, { startedAt, endedAt: nowNs() }));
        await service.stop();
        await rm(state, { recursive: true });
      }
      return { throughLua, throughBus };
    });
    publishReport(
      {
        bench: 'rebuild',
        conditions: [
          `${events} events over ${keys} keys; through Lua: from the start of the process until the service is live.`,
        ],
        columns: ['what', 'events/s'],
        rows: [
          ['bus and Lua', withSpread(outcomes.throughLua)],
          ['bus alone', withSpread(outcomes.throughBus)],
        ],
        remarks: ['Aims: 15,000/s through Lua, 50,000/s through the bus.'],
        numbers: { events, keys, outcomes },
      },
      record,
    );
  },
});

async function live({ address }: Started): Promise<void> {
  for (;;) {
    const { status } = await fetch(`${address}/health_check`);
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
