import { afterEach, describe, expect, it } from 'vitest';
import type { EventHandler } from '../types.js';
import { Bench, counting, model } from './testing/bench.js';

let bench: Bench;

afterEach(() => bench.stop());

/** Decides about `key`, by what it knows of it: in one of the keys that the events name. */
const deciding: EventHandler = async (context, event) => {
  const { about } = event.data as { about: string };
  await context.get(`count:${about}`);
  context.send({ type: 'Moved', key: about, data: {}, expect: 'seen' });
};

describe('decisions that contend for a few keys, many more of them than the bus holds in memory', () => {
  it('are all accepted after attempts in proportion to their number, and none is parked', async () => {
    const DECISIONS = 2_000;
    const KEYS = 4;
    bench = new Bench({}, undefined, { windowEventsMax: 64 });
    await bench.startBus();
    const instance = await bench.start(
      model({ Asked: { decision: deciding }, Moved: { projection: counting } }),
    );
    for (let n = 0; n < DECISIONS; n += 1) bench.send('Asked', `tx-${n}`, { about: `acc-${n % KEYS}` });
    await bench.drained();
    expect(bench.bus.parked()).toEqual([]);
    for (let n = 0; n < KEYS; n += 1) expect(bench.text(`count:acc-${n}`)).toBe(`${DECISIONS / KEYS}`);
    const { bus_refusals: refusals, events_failed: failed } = instance.engine.counters();
    expect(failed).toBe(0);
    expect(refusals).toBeLessThan(DECISIONS / 10);
  }, 60_000);
});
