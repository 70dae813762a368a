import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventHandler, TypeHandlers } from '../types.js';
import { Bench, counting, model } from './testing/bench.js';

let bench: Bench;
/** of the decision */
let runs: number;

beforeEach(async () => {
  bench = new Bench();
  runs = 0;
  await bench.startBus();
});

afterEach(() => bench.stop());

const failing: EventHandler = async (_, event) => {
  if (event.value === 0) throw new Error('not this one');
};

/** An event that is parked, and skipped. */
async function skipOne(): Promise<void> {
  bench.send('T', 'k');
  await bench.time.until(() => bench.bus.parked().some(({ key }) => key === 'k'));
  const { clientType, position } = bench.bus.parked().at(-1)!;
  bench.bus.submit({ kind: 'unpark', request: 1, clientType, position, decision: 'skip', reason: 'test' });
  await bench.time.until(() => !bench.bus.parked().some(({ key }) => key === 'k'));
}

describe('the state after a rebuild, when an event was skipped', () => {
  it.each<[what: string, handlers: TypeHandlers, count: string]>([
    [
      'lacks what was never applied',
      {
        projection: async (context, event) => {
          await failing(context, event);
          await counting(context, event);
        },
      },
      '1',
    ],
    [
      'holds what a projection had applied before its decision failed',
      {
        projection: counting,
        decision: async (context, event) => {
          // Refused by the bus, so the projection stands alone; then it fails.
          if (event.value === 0 && (await context.get('count:k')) === 1 && runs++ > 0)
            await failing(context, event);
          context.send({ type: 'U', key: `${event.value}`, data: {}, expect: 'new' });
        },
      },
      '2',
    ],
  ])('%s, as the state before it does', async (_, handlers, count) => {
    bench.send('U', '0');
    const first = await bench.start(model({ T: handlers }));
    await skipOne();
    bench.send('T', 'k');
    await bench.drained();
    expect(bench.text('count:k')).toBe(count);
    first.process.kill();
    bench.state.wipe();
    await bench.start(model({ T: handlers }));
    await bench.drained();
    expect(bench.text('count:k')).toBe(count);
  });
});
