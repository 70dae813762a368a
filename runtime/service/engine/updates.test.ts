import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventHandler, HandlerContext, SendExpect } from '../types.js';
import { Bench, counting, model, ok } from './testing/bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.startBus();
});

afterEach(() => bench.stop());

/** A value that no key of these tests ever reaches: the bus refuses. */
const WRONG = 7;

/** Counts, and tells the count. */
const telling: EventHandler = async (context, event) => {
  await counting(context, event);
  context.publish(event.key, (await context.get(`count:${event.key}`)) ?? null);
};
const tellOf =
  (who: string): EventHandler =>
  async (context, event) =>
    context.publish(event.key, who);

/** Nothing is owed, and the engines have heard so. */
const settled = async () => {
  await bench.drained();
  await bench.time.pass(20);
};

const told = () => bench.updates.map(({ topic, cursor, data }) => [topic, cursor, data]);

describe('an update', () => {
  it('leaves when what it tells of stands in the state, with the event’s value as cursor', async () => {
    const stood: unknown[] = [];
    bench.onUpdate = ({ topic }) => stood.push(bench.text(`count:${topic}`));
    await bench.start(model({ T: { projection: telling } }));
    for (let n = 0; n < 3; n++) bench.send('T', 'k');
    await settled();
    expect(told()).toEqual([
      ['k', 0, 1],
      ['k', 1, 2],
      ['k', 2, 3],
    ]);
    expect(stood).toEqual(['1', '2', '3']);
  });

  it('does not leave if its handler fails', async () => {
    let runs = 0;
    const projection: EventHandler = async (context, event) => {
      await telling(context, event);
      if (++runs < 3) throw new Error('oh');
    };
    await bench.start(model({ T: { projection } }));
    bench.send('T', 'k');
    await settled();
    expect([runs, told()]).toEqual([3, [['k', 0, 1]]]);
  });

  it('leaves once, however often its handler is run again', async () => {
    let runs = 0;
    const projection: EventHandler = async (context, event) => {
      runs++;
      const sum = ((await context.get('sum')) as number | undefined) ?? 0;
      context.set('sum', sum + 1);
      context.publish('sum', sum + 1, sum + 1);
      await bench.time.sleep(1);
      context.publish(event.key, 'counted');
    };
    await bench.start(model({ T: { projection } }));
    const keys = Array.from({ length: 8 }, (_, n) => `k${n}`);
    for (const key of keys) bench.send('T', key);
    await settled();
    expect(runs).toBeGreaterThan(8);
    const cursors = bench.updates.filter(({ topic }) => topic === 'sum').map(({ cursor }) => cursor);
    expect(cursors).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(bench.updates).toHaveLength(16);
  });

  it('does not leave again when its event is delivered again', async () => {
    const instance = await bench.start(model({ T: { projection: telling } }));
    // The acknowledgement that is about to be sent is lost with the connection.
    bench.onUpdate = () => instance.cut();
    bench.send('T', 'k');
    await settled();
    expect(instance.engine.counters().events_repeated).toBe(1);
    expect(told()).toEqual([['k', 0, 1]]);
  });

  it('does not leave in a rebuild', async () => {
    const types = model({ T: { projection: telling } });
    const first = await bench.start(types);
    bench.send('T', 'k');
    await settled();
    first.process.kill();
    bench.state.wipe();
    bench.updates.length = 0;
    await bench.start(types);
    await settled();
    expect([bench.text('count:k'), told()]).toEqual(['1', []]);
  });

  it('leaves when an effect is brought in that a live state lacked', async () => {
    const types = model({
      Credit: { projection: counting },
      Ping: { projection: telling },
      Request: {
        decision: async (context) => context.send({ type: 'Credit', key: 'acc', data: {}, expect: 'seen' }),
      },
    });
    const first = await bench.start(types);
    bench.send('Credit', 'acc');
    bench.send('Ping', 'acc');
    await settled();
    first.process.kill();
    await bench.start(types);
    bench.state.memory.putText('mark', 'acc', '0', undefined);
    bench.state.memory.putText('data', 'count:acc', '1', undefined);
    bench.updates.length = 0;
    bench.send('Request', 'r');
    await settled();
    expect([bench.text('count:acc'), told()]).toEqual(['3', [['acc', 1, 2]]]);
  });

  it.each([
    ['reads only', false],
    ['sends', true],
  ])('of a decision that %s leaves once it stands', async (_, sends) => {
    const decision: EventHandler = async (context, event) => {
      if (sends) context.send({ type: 'U', key: 'u', data: {}, expect: 'any' });
      context.publish(event.key, 'decided');
    };
    const accepted: string[][] = [];
    bench.onUpdate = () => accepted.push(bench.types());
    await bench.start(model({ T: { decision } }));
    bench.send('T', 'k');
    await settled();
    expect([told(), accepted]).toEqual([[['k', 0, 'decided']], [sends ? ['T', 'U'] : ['T']]]);
  });

  it('of a decision that the bus refuses is forgotten; that of its projection stands', async () => {
    let runs = 0;
    const decision: EventHandler = async (context) => {
      runs++;
      context.send({ type: 'U', key: 'u', data: {}, expect: runs === 1 ? WRONG : 'any' });
      context.publish('decision', runs, runs);
    };
    await bench.start(model({ T: { projection: telling, decision }, U: { projection: counting } }));
    bench.send('T', 'k');
    await settled();
    expect(runs).toBe(2);
    expect(told()).toEqual([
      ['k', 0, 1],
      ['decision', 2, 2],
    ]);
  });

  it('of a route needs a cursor', async () => {
    const instance = await bench.start(model({ T: { projection: counting } }));
    const publish = (cursor?: number) =>
      bench.route(instance, async (context) => {
        context.publish('topic', 'asked', cursor);
        return ok;
      });
    expect(await publish(5)).toMatchObject({ kind: 'answer' });
    expect(await publish()).toMatchObject({ kind: 'error', code: 'handler_failed' });
    expect(told()).toEqual([['topic', 5, 'asked']]);
  });
});

describe('an update of a classic handler that writes and sends', () => {
  const mixed =
    (expect: () => SendExpect): EventHandler =>
    async (context, event) => {
      await telling(context, event);
      context.send({ type: 'Done', key: 'd', data: {}, expect: expect() });
    };
  const handlers = (listener: EventHandler) => model({ T: { listener }, Done: { rebuild: async () => {} } });

  it('leaves when the bus has accepted, and not what was taken back', async () => {
    let runs = 0;
    const listener = mixed(() => (runs === 1 ? WRONG : 'any'));
    await bench.start(
      handlers(async (context, event) => {
        runs++;
        await listener(context, event);
        context.publish('runs', runs, runs);
      }),
    );
    bench.send('T', 'k');
    await settled();
    expect(runs).toBe(2);
    expect(told()).toEqual([
      ['k', 0, 1],
      ['runs', 2, 2],
    ]);
  });

  it('is not lost with the process: who finishes the batch publishes', async () => {
    const types = handlers(mixed(() => 'seen'));
    const first = await bench.start(types);
    bench.world.faults = { ...bench.world.faults, killAtSend: 1 };
    bench.send('T', 'k');
    await bench.time.until(() => !first.alive);
    expect([bench.text('count:k'), told()]).toEqual(['1', []]);
    bench.world.faults = { ...bench.world.faults, killAtSend: 0 };
    await bench.start(types);
    await settled();
    expect([bench.text('count:k'), told()]).toEqual(['1', [['k', 0, 1]]]);
  });

  it('may come from its receipt listener', async () => {
    const receipt = async (context: HandlerContext) => context.publish('receipts', 'judged', 1);
    await bench.start(
      model({
        T: {
          listener: async (context, event) => {
            await tellOf('listener')(context, event);
            context.send({ type: 'Done', key: 'd', data: {}, expect: 'new' });
          },
        },
        Done: { receipt },
      }),
    );
    bench.send('T', 'k');
    await settled();
    expect(told()).toEqual([
      ['k', 0, 'listener'],
      ['receipts', 1, 'judged'],
    ]);
  });
});

describe('watchers', () => {
  it('are told to resume when the state is prepared anew: what enters it meanwhile is not published', async () => {
    const instance = await bench.start(model({ T: { projection: telling } }));
    bench.send('T', 'k');
    await settled();
    expect(bench.interruptions).toBe(0);
    bench.state.wipe();
    await bench.route(instance, async () => ok);
    await bench.time.until(() => instance.engine.state().kind === 'live');
    expect(bench.interruptions).toBe(1);
  });
});

describe('a resume handler', () => {
  it('reads one instant, although others write between its reads', async () => {
    const write = async (context: HandlerContext, value: number) => {
      context.set('a', value);
      context.set('b', value);
      return ok;
    };
    const instance = await bench.start(model({ T: { projection: counting } }));
    await bench.route(instance, (context) => write(context, 1));
    const seen: unknown[] = [];
    await bench.route(
      instance,
      async (context) => {
        const a = await context.get('a');
        if (seen.length === 0) void instance.engine.route(callOf((inner) => write(inner, 2)));
        await bench.time.sleep(50);
        seen.push([a, await context.get('b')]);
        return ok;
      },
      { mode: 'resume' },
    );
    expect(seen.at(-1)).toEqual([2, 2]);
  });

  const callOf = (handler: (context: HandlerContext) => Promise<typeof ok>) => ({
    handler,
    request: {
      method: 'POST',
      path: '/',
      url: '/',
      args: {},
      query: {},
      headers: {},
      body: undefined,
      caller: undefined,
    },
    correlation: '00000000-0000-8000-8000-000000000002',
    waitApplied: false,
  });

  it.each<[string, (context: HandlerContext) => unknown]>([
    ['write', (context) => context.set('k', 1)],
    ['count', (context) => context.increment('k', 1)],
    ['send', (context) => context.send({ type: 'T', key: 'k', data: {}, expect: 'any' })],
    ['publish', (context) => context.publish('k', {}, 1)],
  ])('may not %s', async (_, act) => {
    const instance = await bench.start(model({ T: { projection: telling } }));
    const handler = async (context: HandlerContext) => {
      await act(context);
      return ok;
    };
    const outcome = await bench.route(instance, handler, { mode: 'resume' });
    expect(outcome).toMatchObject({ kind: 'error', code: 'handler_failed' });
    await bench.time.pass(100);
    expect([bench.state.memory.keys('data'), bench.types(), told()]).toEqual([[], [], []]);
  });
});

describe('what is to be forgotten after a time', () => {
  it('is forgotten then, also in a state that was rebuilt later', async () => {
    const forgetful: EventHandler = async (context, event) => context.set(event.key, 1, 10_000);
    const types = model({ T: { projection: forgetful } });
    const first = await bench.start(types);
    bench.send('T', 'old');
    await settled();
    await bench.time.pass(8_000);
    bench.send('T', 'new');
    await settled();
    first.process.kill();
    bench.state.wipe();
    await bench.time.pass(4_000);
    await bench.start(types);
    expect([bench.text('old'), bench.text('new')]).toEqual([undefined, '1']);
    await bench.time.pass(7_000);
    expect(bench.text('new')).toBeUndefined();
  });
});
