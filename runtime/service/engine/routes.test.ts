import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RouteHandler } from '../types.js';
import { Bench, counting, model, ok } from './testing/bench.js';
import type { SimInstance } from './testing/sim-service.js';

let bench: Bench;
let instance: SimInstance;

const types = model({ T: { projection: counting } });

beforeEach(async () => {
  bench = new Bench({ routeMs: 2_000, busWaitMs: 300 });
  await bench.startBus();
  instance = await bench.start(types);
});

afterEach(() => bench.stop());

const sending =
  (expect: 'seen' | 'any' | 'new' | number, key = 'k'): RouteHandler =>
  async (context) => {
    context.send({ type: 'T', key, data: {}, expect });
    return { status: 201, body: 'sent' };
  };

/** Writes and answers how often it has run. */
const writing: RouteHandler = async (context) => {
  const runs = (((await context.get('runs')) as number | undefined) ?? 0) + 1;
  context.set('runs', runs);
  return { status: 200, body: runs };
};

describe('a route', () => {
  it('answers after its commit', async () => {
    const outcome = await bench.route(instance, writing);
    expect(outcome).toEqual({ kind: 'answer', answer: { status: 200, body: 1 }, replayed: false });
    expect(bench.text('runs')).toBe('1');
  });

  it('answers when the events it sent are applied, if it is asked to', async () => {
    await bench.route(instance, sending('seen'), { waitApplied: true });
    expect(bench.text('count:k')).toBe('1');
  });

  it('runs again when the bus knows more, and then knows it too', async () => {
    let runs = 0;
    const outcome = await bench.route(instance, async (context) => {
      runs++;
      const count = ((await context.get('count:k')) as number | undefined) ?? 0;
      if (runs === 1) bench.send('T', 'k');
      await bench.time.sleep(1);
      context.send({ type: 'T', key: 'k', data: { count }, expect: 'seen' });
      return { status: 201, body: count };
    });
    expect(outcome).toMatchObject({ kind: 'answer', answer: { body: 1 } });
    expect(bench.bus.events().at(-1)?.data).toBe('{"count":1}');
  });

  it('keeps its instant in every run', async () => {
    const instants = new Set<number>();
    await bench.route(instance, async (context) => {
      instants.add(context.now);
      await bench.time.sleep(5);
      if (instants.size === 1 && bench.types().length === 0) bench.send('T', 'k');
      return sending('seen')(context, {} as never);
    });
    expect(instants.size).toBe(1);
  });

  it('ends in a conflict when others keep changing the ground', async () => {
    bench.send('T', 'k');
    await bench.drained();
    const outcome = await bench.route(instance, sending('new'));
    expect(outcome).toMatchObject({ kind: 'error', code: 'conflict' });
    expect(bench.types()).toEqual(['T']);
  });

  it('that fails is answered with an error id that is in the log, and changes nothing', async () => {
    const outcome = await bench.route(instance, async (context, request) => {
      await writing(context, request);
      throw new Error('the Lua text');
    });
    expect(outcome).toMatchObject({ kind: 'error', code: 'handler_failed' });
    if (outcome.kind !== 'error') return;
    expect(outcome.message).not.toContain('Lua');
    expect(bench.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        details: expect.objectContaining({ errorId: outcome.errorId }),
      }),
    );
    expect(bench.text('runs')).toBeUndefined();
  });

  it('that takes too long has failed', async () => {
    const outcome = await bench.route(instance, async () => {
      await bench.time.sleep(10_000);
      return { status: 200, body: 1 };
    });
    expect(outcome).toMatchObject({ kind: 'error', code: 'handler_failed' });
  });

  it('that only reads answers while the bus is away', async () => {
    bench.bus.crash();
    await bench.time.pass(50);
    const outcome = await bench.route(instance, async (context) => ({
      status: 200,
      body: (await context.get('runs')) ?? 'none',
    }));
    expect(outcome).toMatchObject({ kind: 'answer', answer: { body: 'none' } });
    await bench.startBus();
  });

  it.each([
    ['sends', sending('any')],
    [
      'writes and sends',
      async (context, request) => {
        await writing(context, request);
        return sending('any')(context, request);
      },
    ],
  ] as [string, RouteHandler][])(
    'that %s has done nothing when the bus cannot be reached',
    async (_, handler) => {
      bench.bus.crash();
      await bench.time.pass(50);
      const outcome = await bench.route(instance, handler);
      expect(outcome).toMatchObject({
        kind: 'error',
        code: 'bus_unavailable',
        message: expect.stringContaining('nothing'),
      });
      await bench.startBus();
      await bench.time.pass(500);
      expect(bench.types()).toEqual([]);
      expect(bench.text('runs')).toBeUndefined();
    },
  );

  it('waits for a bus that comes back in time', async () => {
    bench.bus.crash();
    await bench.time.pass(50);
    bench.time.after(100, () => void bench.startBus());
    expect(await bench.route(instance, sending('any'))).toMatchObject({ kind: 'answer' });
  });

  it('is finished although nobody waits for it any more, when the bus goes away in the middle', async () => {
    bench = new Bench({}, 50);
    await bench.startBus();
    const slow = await bench.start(types);
    bench.time.after(20, () => bench.bus.crash());
    const outcome = await bench.route(slow, sending('any'));
    expect(outcome).toMatchObject({
      kind: 'error',
      code: 'bus_unavailable',
      message: expect.stringContaining('not known'),
    });
    await bench.startBus();
    await bench.time.until(() => bench.types().length === 1);
    await bench.drained();
    expect(bench.text('count:k')).toBe('1');
  });

  it('does not answer from a state that was wiped', async () => {
    await bench.route(instance, sending('any'), { waitApplied: true });
    bench.state.wipe();
    const read: RouteHandler = async (context) => ({
      status: 200,
      body: (await context.get('count:k')) ?? 'none',
    });
    expect(await bench.route(instance, read)).toMatchObject({ kind: 'error', code: 'rebuilding' });
    await bench.time.until(() => instance.engine.state().kind === 'live');
    expect(await bench.route(instance, read)).toMatchObject({ kind: 'answer', answer: { body: 1 } });
  });
});

describe('a route with an Idempotency-Key', () => {
  it('gives the same answer again, and does nothing again', async () => {
    const first = await bench.route(instance, writing, { key: 'a' });
    const second = await bench.route(instance, writing, { key: 'a' });
    expect(first).toMatchObject({ replayed: false, answer: { body: 1 } });
    expect(second).toMatchObject({ replayed: true, answer: { body: 1 } });
    expect(bench.text('runs')).toBe('1');
  });

  it('gives the same answer at every instance', async () => {
    const other = await bench.start(types);
    await bench.route(instance, writing, { key: 'a' });
    expect(await bench.route(other, writing, { key: 'a' })).toMatchObject({ replayed: true });
  });

  it('refuses the key for another request', async () => {
    await bench.route(instance, writing, { key: 'a', body: 'one' });
    const outcome = await bench.route(instance, writing, { key: 'a', body: 'two' });
    expect(outcome).toMatchObject({ kind: 'error', code: 'key_reused' });
    expect(bench.text('runs')).toBe('1');
  });

  it.each([1, 2])(
    'runs once when the same request comes many times at once, to %i instances',
    async (count) => {
      const instances = [instance, ...(count === 2 ? [await bench.start(types)] : [])];
      const slow: RouteHandler = async (context, request) => {
        const answer = await writing(context, request);
        await bench.time.sleep(20);
        return sending('seen')(context, request).then(() => answer);
      };
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, n) =>
          bench.route(instances[n % count] ?? instance, slow, { key: 'a' }),
        ),
      );
      expect(outcomes).toMatchObject(Array(6).fill({ kind: 'answer', answer: { body: 1 } }));
      expect(outcomes.filter((outcome) => outcome.kind === 'answer' && !outcome.replayed)).toHaveLength(1);
      expect(bench.types()).toEqual(['T']);
      expect(bench.text('runs')).toBe('1');
    },
  );

  it('keeps no answer of a handler that failed', async () => {
    const failing: RouteHandler = async () => {
      throw new Error('oh');
    };
    expect(await bench.route(instance, failing, { key: 'a' })).toMatchObject({ code: 'handler_failed' });
    expect(await bench.route(instance, writing, { key: 'a' })).toMatchObject({ replayed: false });
  });

  it('finishes what a process that died had committed, before it answers for it', async () => {
    bench.world.faults = { ...bench.world.faults, killAtCommit: 1 };
    let asked = true;
    void instance
      .route(
        {
          handler: sending('seen'),
          request: {
            method: 'POST',
            path: '/route',
            url: '/route',
            args: {},
            query: {},
            headers: {},
            body: undefined,
            caller: undefined,
          },
          idempotencyKey: 'a',
          correlation: '00000000-0000-8000-8000-000000000001',
          waitApplied: false,
        },
        1_000,
      )
      .then(() => {
        asked = false;
      });
    await bench.time.until(() => !asked);
    bench.world.faults = { ...bench.world.faults, killAtCommit: 0 };
    const other = await bench.start(types);
    expect(await bench.route(other, sending('seen'), { key: 'a' })).toMatchObject({
      answer: { status: 201 },
    });
    await bench.drained();
    expect(bench.types()).toEqual(['T']);
  });

  it('takes back its answer with a batch that the bus refuses, and runs again', async () => {
    let runs = 0;
    const outcome = await bench.route(
      instance,
      async (context) => {
        runs++;
        if (runs === 1) bench.send('T', 'k');
        await bench.time.sleep(1);
        context.send({ type: 'T', key: 'k', data: {}, expect: 'seen' });
        return { status: 201, body: runs };
      },
      { key: 'a' },
    );
    expect(outcome).toMatchObject({ answer: { body: runs } });
    expect(runs).toBeGreaterThan(1);
    expect(await bench.route(instance, sending('seen'), { key: 'a' })).toMatchObject({
      answer: { body: runs },
    });
    expect(bench.types()).toEqual(['T', 'T']);
  });
});

describe('a route with an Idempotency-Key whose answer was lost with the state', () => {
  /** Gives out the next number, and sends it. */
  const numbered: RouteHandler = async (context) => {
    const number = await context.increment('number', 1);
    context.send({ type: 'T', key: `${number}`, data: { number }, expect: 'any' });
    return { status: 201, body: number };
  };
  const booking: RouteHandler = async (context, request) => {
    context.set('booked', 1);
    return numbered(context, request);
  };

  async function loseTheState(): Promise<void> {
    bench.state.wipe();
    await bench.route(instance, async () => ok);
    await bench.time.until(() => instance.engine.state().kind === 'live');
  }

  it.each([
    ['sends', numbered],
    ['writes and sends', booking],
  ])('and that %s does nothing a second time, and says so', async (_, handler) => {
    expect(await bench.route(instance, handler, { key: 'a' })).toMatchObject({ kind: 'answer' });
    await loseTheState();
    for (let time = 0; time < 2; time++)
      expect(await bench.route(instance, handler, { key: 'a' })).toMatchObject({
        kind: 'error',
        code: 'repeated',
        message: expect.stringContaining('position 1'),
      });
    expect(bench.types()).toEqual(['T']);
    expect(bench.text('booked')).toBeUndefined();
    expect(bench.state.memory.keys('answer')).toEqual([]);
    expect(bench.state.memory.keys('outbox')).toEqual([]);
  });

  it('still refuses the key to another request', async () => {
    await bench.route(instance, numbered, { key: 'a', body: 'one' });
    await loseTheState();
    expect(await bench.route(instance, numbered, { key: 'a', body: 'two' })).toMatchObject({
      code: 'key_reused',
    });
    expect(bench.types()).toEqual(['T']);
  });

  it('carries out what the bus had refused', async () => {
    const wrong: RouteHandler = async (context) => {
      context.send({ type: 'T', key: 'k', data: {}, expect: 7 });
      return ok;
    };
    expect(await bench.route(instance, wrong, { key: 'a' })).toMatchObject({ code: 'conflict' });
    await loseTheState();
    expect(await bench.route(instance, numbered, { key: 'a' })).toMatchObject({ kind: 'answer' });
  });
});
