import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EventHandler, TypeHandlers } from '../types.js';
import { Bench, counting, model } from './testing/bench.js';
import { SimPort } from './testing/sim-port.js';

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

const isParked = () => bench.bus.parked().some(({ key }) => key === 'k');

async function decide(decision: 'skip' | 'retry'): Promise<void> {
  const { clientType, position } = bench.bus.parked().at(-1)!;
  bench.bus.submit({ kind: 'unpark', request: 1, clientType, position, decision, reason: 'test' });
  await bench.time.until(() => !isParked());
}

/** An event that is parked, and skipped. */
async function skipOne(): Promise<void> {
  bench.send('T', 'k');
  await bench.time.until(isParked);
  await decide('skip');
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

describe('a decision that failed and is not in the script any more', () => {
  it('is not waited for: what the projection wrote stands, and the event is handled', async () => {
    bench.send('U', '0');
    const decision: EventHandler = async (context) => {
      // Refused by the bus, so the projection stands alone; then it fails.
      if (runs++ > 0) throw new Error('a mistake in the script');
      context.send({ type: 'U', key: '0', data: {}, expect: 'new' });
    };
    const first = await bench.start(model({ T: { projection: counting, decision } }));
    bench.send('T', 'k');
    await bench.time.until(isParked);
    first.process.kill();
    await bench.start(model({ T: { projection: counting } }));
    await decide('retry');
    await bench.drained();
    expect(bench.text('count:k')).toBe('1');
    expect(isParked()).toBe(false);
  });
});

describe('the events behind one that was skipped', () => {
  it('are handled also if the bus could not say at once what was under way', async () => {
    await bench.start(
      model({
        T: {
          projection: async (context, event) => {
            await failing(context, event);
            await counting(context, event);
          },
        },
      }),
    );
    const query = vi
      .spyOn(SimPort.prototype, 'query')
      .mockRejectedValue(new Error('the store is unavailable'));
    onTestFinished(() => query.mockRestore());
    bench.send('T', 'k');
    await bench.time.until(isParked);
    await bench.time.pass(100);
    query.mockRestore();
    await decide('skip');
    bench.send('T', 'k');
    await bench.time.until(() => bench.text('count:k') === '1', 5_000);
  });
});
