import { afterEach, describe, expect, it } from 'vitest';
import type { EventHandler } from '../types.js';
import { Bench, counting, model } from './testing/bench.js';
import type { SimInstance } from './testing/sim-service.js';

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

describe('transfers in a chain, each paying whom the one before has paid', () => {
  it('are not sent behind a batch of this service that they know nothing of', async () => {
    const TRANSFERS = 100;
    const transfer: EventHandler = async (context, event) => {
      const { from, to } = event.data as { from: string; to: string };
      await context.get(`count:${from}`);
      context.send({ type: 'Moved', key: from, data: {}, expect: 'seen' });
      context.send({ type: 'Moved', key: to, data: {}, expect: 'any' });
    };
    bench = new Bench();
    await bench.startBus();
    const types = { Asked: { decision: transfer }, Moved: { projection: counting } };
    const instance = await bench.start(model(types));
    for (let n = 0; n < TRANSFERS; n += 1)
      bench.send('Asked', `tx-${n}`, { from: `acc-${n % 10}`, to: `acc-${(n + 1) % 10}` });
    await bench.drained();
    expect(bench.types().filter((type) => type === 'Moved')).toHaveLength(2 * TRANSFERS);
    expect(instance.engine.counters().bus_refusals).toBeLessThan(TRANSFERS / 20);
  });
});

describe('a decision', () => {
  const about = (key: string, expect: 'seen' | 'new'): EventHandler => {
    return async (context) => context.send({ type: 'Moved', key, data: {}, expect });
  };

  async function start(decision: EventHandler): Promise<SimInstance> {
    bench = new Bench();
    await bench.startBus();
    return bench.start(model({ Asked: { decision }, Moved: { projection: counting } }));
  }

  it.each([
    ['after a while', {}],
    ['when its time is up', { handlerMs: 200, contentionWaitMs: 10_000 }],
  ])(
    'that waits for a key whose lane is parked is given back %s, as often as it takes',
    async (_, limits) => {
      bench = new Bench(limits);
      await bench.startBus();
      let broken = true;
      const projection: EventHandler = async () => {
        if (broken) throw new Error('broken');
      };
      const types = { Asked: { decision: about('acc', 'seen') }, Moved: { projection } };
      const instance = await bench.start(model(types));
      bench.send('Moved', 'acc');
      await bench.time.until(() => bench.bus.parked().length === 1);
      bench.send('Asked', 'tx');
      await bench.time.until(() => (instance.engine.counters().events_given_back ?? 0) > 5, 120_000);
      expect(instance.engine.counters().events_failed).toBe(3);
      expect(bench.bus.parked()).toMatchObject([{ key: 'acc' }]);
      broken = false;
      bench.bus.submit({ kind: 'unpark', request: 1, clientType: 'service', position: 1, decision: 'retry' });
      await bench.drained();
      expect(bench.types()).toEqual(['Moved', 'Asked', 'Moved']);
    },
  );

  it('whose condition is wrong, with everything known, is a failure: it is tried again, and then parked', async () => {
    const instance = await start(about('acc', 'new'));
    bench.send('Moved', 'acc');
    await bench.drained();
    bench.send('Asked', 'tx');
    await bench.time.until(() => bench.bus.parked().length === 1);
    expect(bench.bus.parked()).toMatchObject([{ key: 'tx', attempts: 3 }]);
    expect(instance.engine.counters().events_given_back).toBe(0);
  });

  it('about the key of its own event, overtaken by a later event of that key, is parked at once, and told why', async () => {
    bench = new Bench();
    await bench.startBus();
    const gate = model({ Asked: { decision: about('acc', 'seen') }, Moved: { projection: counting } });
    const first = await bench.start(gate);
    first.process.kill();
    bench.send('Asked', 'acc');
    bench.send('Moved', 'acc');
    const instance = await bench.start(gate);
    const since = bench.time.now();
    await bench.time.until(() => bench.bus.parked().length === 1);
    expect(bench.time.now() - since).toBeLessThan(50);
    expect(bench.bus.parked()).toMatchObject([
      {
        position: 1,
        attempts: 1,
        error: {
          message:
            'this decision about acc can never be accepted: Moved (acc, 1) is in the log already and can only be handled ' +
            'after it; send with expect = "any", or give requests a key of their own',
        },
      },
    ]);
    expect(instance.engine.counters().bus_refusals).toBe(1);
  });
});
