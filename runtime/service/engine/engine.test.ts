import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptError } from '../../lua/vm.js';
import type { EventHandler } from '../types.js';
import { Bench, counting, model, ok } from './testing/bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.startBus();
});

afterEach(() => bench.stop());

const answerWith =
  (type: string): EventHandler =>
  async (context, event) =>
    context.send({ type, key: event.key, data: {}, expect: 'any' });

describe('an event', () => {
  it('of a projection is one commit of writes and mark', async () => {
    await bench.start(model({ T: { projection: counting } }));
    bench.send('T', 'k');
    await bench.drained();
    expect([bench.text('count:k'), bench.mark('k')]).toEqual(['1', '0']);
  });

  it('of a decision is one batch with its acknowledgement, and its mark follows', async () => {
    await bench.start(model({ T: { decision: answerWith('U') } }));
    bench.send('T', 'k');
    await bench.drained();
    expect(bench.types()).toEqual(['T', 'U']);
    const batch = bench.bus.log.records.find(
      (record) => record.kind === 'batch' && record.sender === 'service',
    );
    expect(batch).toMatchObject({ acknowledges: { clientType: 'service', position: 1 } });
    await bench.time.until(() => bench.mark('k') === '0');
  });

  it('of a projection and a decision shows the decision what the projection wrote', async () => {
    const seen: unknown[] = [];
    const decision: EventHandler = async (context, event) => {
      seen.push(await context.get(`count:${event.key}`));
      context.send({ type: 'U', key: event.key, data: {}, expect: 'any' });
    };
    await bench.start(model({ T: { projection: counting, decision } }));
    bench.send('T', 'k');
    await bench.drained();
    expect(seen).toEqual([1]);
    expect([bench.text('count:k'), bench.types()]).toEqual(['1', ['T', 'U']]);
  });

  it('sent by a handler carries on its correlation, and names it as its cause', async () => {
    await bench.start(model({ T: { decision: answerWith('U') } }));
    bench.send('T', 'k');
    await bench.drained();
    const [first, second] = bench.bus.events();
    expect(second).toMatchObject({ correlation: first?.correlation, causation: 'sim-1' });
  });

  it('whose handler fails changes nothing, is retried, then parked with script, version and traceback', async () => {
    let runs = 0;
    const projection: EventHandler = async (context, event) => {
      runs++;
      await counting(context, event);
      throw new ScriptError({ kind: 'runtime', message: 'test.lua:3: oh', traceback: 'stack' });
    };
    await bench.start(model({ T: { projection } }));
    bench.send('T', 'k');
    await bench.time.until(() => bench.bus.parked().length === 1);
    expect(runs).toBe(3);
    expect(bench.text('count:k')).toBeUndefined();
    expect(bench.bus.parked()[0]).toMatchObject({
      error: { message: 'test.lua:3: oh', traceback: 'stack', script: 'test.lua', version: '1' },
    });
  });

  it('that takes too long is a failure, and what its handler does afterwards is refused', async () => {
    let late: unknown;
    bench = new Bench({ handlerMs: 100 });
    await bench.startBus();
    const projection: EventHandler = async (context) => {
      await bench.time.sleep(150);
      try {
        context.set('a', 1);
      } catch (error) {
        late = error;
      }
    };
    await bench.start(model({ T: { projection } }));
    bench.send('T', 'k');
    await bench.time.until(() => bench.bus.parked().length === 1);
    expect(bench.bus.parked()[0]?.error.message).toContain('100 ms');
    expect(String(late)).toContain('100 ms');
    expect(bench.text('a')).toBeUndefined();
  });

  it('of a type that this version of the script does not know is not acknowledged in silence', async () => {
    const first = await bench.start(model({ T: { projection: counting }, Old: { projection: counting } }));
    first.process.kill();
    bench.send('Old', 'k');
    await bench.start(model({ T: { projection: counting } }));
    await bench.time.until(() => bench.bus.parked().length === 1);
    expect(bench.bus.parked()[0]?.error.message).toContain('no handler for Old');
  });

  it('that another instance has changed the ground of is handled again, and nobody notices', async () => {
    let runs = 0;
    const projection: EventHandler = async (context) => {
      runs++;
      const all = ((await context.get('all')) as number | undefined) ?? 0;
      await bench.time.sleep(20);
      context.set('all', all + 1);
    };
    const types = model({ T: { projection } });
    await bench.start(types);
    await bench.start(types);
    for (const key of ['a', 'b', 'c', 'd']) bench.send('T', key);
    await bench.drained();
    expect(bench.text('all')).toBe('4');
    expect(runs).toBeGreaterThan(4);
    expect(bench.bus.parked()).toEqual([]);
  });
});

describe('decisions that contend for one key', () => {
  const withdraw: EventHandler = async (context, event) => {
    const balance = ((await context.get('balance')) as number | undefined) ?? 0;
    const type = balance < 30_000 ? 'Refused' : 'Taken';
    if (type === 'Taken') context.send({ type: 'Debit', key: 'acc', data: {}, expect: 'seen' });
    context.send({ type, key: event.key, data: {}, expect: 'any' });
  };
  const bank = model({
    Credit: { projection: async (context) => context.set('balance', 100_000) },
    Debit: {
      projection: async (context) =>
        context.set('balance', ((await context.get('balance')) as number) - 30_000),
    },
    Request: { decision: withdraw },
    Ping: { decision: async () => {} },
  });

  it.each([1, 3])('accept exactly three of forty, with %i instances', async (count) => {
    for (let n = 0; n < count; n++) await bench.start(bank);
    bench.send('Credit', 'acc');
    await bench.drained();
    for (let n = 0; n < 40; n++) bench.send('Request', `r${n}`);
    await bench.drained();
    expect(bench.types().filter((type) => type === 'Taken')).toHaveLength(3);
    expect(bench.types().filter((type) => type === 'Refused')).toHaveLength(37);
    expect(bench.bus.parked()).toEqual([]);
  });

  it('cost one refusal at most each, not one for every other', async () => {
    const instance = await bench.start(bank);
    bench.send('Credit', 'acc');
    await bench.drained();
    for (let n = 0; n < 40; n++) bench.send('Request', `r${n}`);
    await bench.drained();
    expect(instance.engine.counters().bus_refusals).toBeLessThanOrEqual(3);
  });

  it('find a mark again that was lost behind its acknowledgement', async () => {
    const first = await bench.start(bank);
    bench.send('Credit', 'acc');
    bench.send('Ping', 'acc');
    await bench.drained();
    await bench.time.until(() => bench.mark('acc') === '1');
    first.process.kill();
    const second = await bench.start(bank);
    bench.state.memory.putText('mark', 'acc', '0', undefined);
    bench.send('Request', 'r');
    await bench.drained();
    expect(bench.types()).toEqual(['Credit', 'Ping', 'Request', 'Debit', 'Taken']);
    expect(second.engine.counters().marks_healed).toBe(1);
  });
});

describe('a classic listener', () => {
  const book: EventHandler = async (context) =>
    context.set('sum', (((await context.get('sum')) as number | undefined) ?? 0) + 1);
  const listener: EventHandler = async (context, event) => {
    await book(context, event);
    context.send({ type: 'Done', key: 'd', data: {}, expect: 'seen' });
  };

  it('that writes and sends does both once; its own events come back without a call', async () => {
    await bench.start(model({ T: { listener }, Done: { rebuild: book } }));
    for (const key of ['a', 'b', 'c']) bench.send('T', key);
    await bench.drained();
    expect(bench.text('sum')).toBe('3');
    expect(bench.types().filter((type) => type === 'Done')).toHaveLength(3);
    expect(bench.mark('d')).toBe('2');
    expect(bench.state.memory.keys('meta').filter((key) => key.startsWith('lock'))).toEqual([]);
  });

  it('that the bus refuses is as if it had never run, and runs again', async () => {
    const runs: unknown[] = [];
    const wary: EventHandler = async (context, event) => {
      runs.push(await context.get('sum'));
      // A foreign event of the key that this service does not know of yet, the first time.
      if (runs.length === 1) bench.send('Done', 'd');
      await bench.time.sleep(1);
      await listener(context, event);
    };
    await bench.start(
      model({ T: { listener: wary }, Done: { rebuild: async (context) => context.set('foreign', 1) } }),
    );
    bench.send('T', 'a');
    await bench.drained();
    expect(bench.text('sum')).toBe('1');
    expect(runs.at(-1)).toBeUndefined();
    expect(runs.length).toBeGreaterThan(1);
  });

  it.each(['success', 'inconsistent'] as const)('hears once of each receipt: %s', async (wanted) => {
    const heard: string[] = [];
    const explicit: EventHandler = async (context, event) => {
      await book(context, event);
      context.send({ type: 'Done', key: 'd', data: {}, expect: wanted === 'success' ? 'new' : 7 });
    };
    const receipt = async (
      context: Parameters<EventHandler>[0],
      { status }: { status: 'success' | 'inconsistent' },
    ) => {
      heard.push(status);
      context.set('heard', status);
      if (status === 'inconsistent') context.send({ type: 'Sorry', key: 's', data: {}, expect: 'any' });
    };
    await bench.start(model({ T: { listener: explicit }, Done: { receipt } }));
    bench.send('T', 'a');
    await bench.drained();
    expect(heard).toEqual([wanted]);
    expect(bench.text('heard')).toBe(`"${wanted}"`);
    expect(bench.text('sum')).toBe('1');
    expect(bench.types().slice(1)).toEqual(wanted === 'success' ? ['Done'] : ['Sorry']);
  });
});

describe('the state', () => {
  const types = model({ T: { projection: counting } });

  it('is rebuilt from what was acknowledged when it is gone at the start', async () => {
    const first = await bench.start(types);
    for (let n = 0; n < 20; n++) bench.send('T', `k${n % 3}`);
    await bench.drained();
    first.process.kill();
    bench.state.wipe();
    bench.send('T', 'k0');
    await bench.start(types);
    await bench.drained();
    expect(['k0', 'k1', 'k2'].map((key) => bench.text(`count:${key}`))).toEqual(['8', '7', '6']);
  });

  it('is rebuilt when it is wiped while the service runs', async () => {
    await bench.start(types);
    for (let n = 0; n < 20; n++) bench.send('T', `k${n % 3}`);
    await bench.drained();
    bench.state.wipe();
    bench.send('T', 'k0');
    await bench.drained();
    await bench.time.until(() => bench.text('count:k2') === '6');
    expect(['k0', 'k1', 'k2'].map((key) => bench.text(`count:${key}`))).toEqual(['8', '7', '6']);
  });

  it.each(Array.from({ length: 16 }, (_, n) => 600 + 10 * n))(
    'holds what was handled just before it was wiped (after %i ms), although nothing happens afterwards',
    async (ms) => {
      bench = new Bench({}, 400);
      await bench.startBus();
      const instance = await bench.start(types);
      await bench.time.pass(3_000);
      bench.send('T', 'k');
      await bench.time.pass(ms);
      bench.state.wipe();
      const looks = async () => ok;
      await bench.route(instance, looks);
      await bench.time.pass(30_000);
      expect([bench.bus.owed('service'), bench.text('count:k')]).toEqual([0, '1']);
    },
  );

  it('is rebuilt from the start when the script wants a type that it was built without', async () => {
    bench.send('U', 'u');
    bench.send('T', 'k');
    const first = await bench.start(types);
    await bench.drained();
    expect(bench.text('count:u')).toBeUndefined();
    first.process.kill();
    await bench.start(model({ T: { projection: counting }, U: { projection: counting } }));
    expect(['u', 'k'].map((key) => bench.text(`count:${key}`))).toEqual(['1', '1']);
  });

  it('is not built again when the script wants less than it was built with', async () => {
    const more = model({ T: { projection: counting }, U: { projection: counting } });
    const first = await bench.start(more);
    first.process.kill();
    const second = await bench.start(types);
    expect(second.engine.counters().rebuilds).toBe(0);
  });

  it('is built anew when it is ahead of the log: it belongs to another one', async () => {
    const first = await bench.start(types);
    for (let n = 0; n < 5; n++) bench.send('T', 'k');
    await bench.drained();
    await bench.time.pass(3_000);
    first.process.kill();
    bench.bus.crash();
    bench.bus.log.records.length = 0;
    await bench.startBus();
    bench.send('T', 'k');
    await bench.start(types);
    expect(bench.text('count:k')).toBe('1');
  });

  it('is built by one instance while the others wait and tell how far it is', async () => {
    const gone = await bench.start(types);
    for (let n = 0; n < 300; n++) bench.send('T', `k${n}`);
    await bench.drained();
    gone.process.kill();
    bench.state.wipe();
    const [first, second] = [await bench.start(types, false), await bench.start(types, false)];
    const states = () => [first, second].map(({ engine }) => engine.state());
    await bench.time.until(() => states().every(({ kind }) => kind === 'rebuilding' || kind === 'live'));
    await bench.time.until(() => states().some((state) => state.kind === 'rebuilding' && state.here));
    const answer = await bench.route(second, async () => ({ status: 200, body: 1 }));
    expect(answer).toMatchObject({ kind: 'error', code: 'rebuilding' });
    await bench.time.until(() => states().every(({ kind }) => kind === 'live'));
    const rebuilds = [first, second].map(({ engine }) => engine.counters().rebuilds ?? 0);
    expect(rebuilds.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('is taken over when the instance that rebuilds it dies', async () => {
    bench = new Bench({ leaseMs: 1_000, pageEvents: 2 });
    await bench.startBus();
    const gone = await bench.start(types);
    for (let n = 0; n < 40; n++) bench.send('T', `k${n}`);
    await bench.drained();
    gone.process.kill();
    bench.state.wipe();
    const first = await bench.start(types, false);
    await bench.time.until(() => {
      const state = first.engine.state();
      return state.kind === 'rebuilding' && state.here && state.done > 10;
    });
    first.process.kill();
    await bench.start(types);
    expect(bench.state.memory.keys('data')).toHaveLength(40);
    expect(
      Array.from({ length: 40 }, (_, n) => bench.text(`count:k${n}`)).every((text) => text === '1'),
    ).toBe(true);
  });

  it('has a checkpoint that never passes an event that is still owed', async () => {
    const projection: EventHandler = async (context, event) => {
      if (event.key === 'slow') await bench.time.sleep(8_000);
      await counting(context, event);
    };
    const checkpoint = () => {
      const item = bench.state.memory.item('meta', 'checkpoint');
      return item?.kind === 'text' ? item.text : undefined;
    };
    await bench.start(model({ T: { projection } }));
    for (const key of ['a', 'slow', 'b', 'c']) bench.send('T', key);
    await bench.time.pass(5_000);
    expect(bench.text('count:c')).toBe('1');
    expect(checkpoint()).toBe('1');
    await bench.drained();
    await bench.time.until(() => checkpoint() === '4');
  });

  it.each(['and nothing follows', 'and another event of the key follows'])(
    'gets an effect back whose acknowledgement came after the loss, %s',
    async (what) => {
      const first = await bench.start(types);
      bench.send('T', 'k');
      await bench.time.until(() => bench.text('count:k') === '1');
      // Committed, not yet acknowledged; then the state is lost and built again without it, and then comes the acknowledgement.
      first.process.stop();
      bench.state.wipe();
      await bench.start(types);
      expect(bench.text('count:k')).toBeUndefined();
      first.process.go();
      await bench.time.pass(20);
      expect(bench.bus.owed('service')).toBe(0);
      const follows = what.startsWith('and another');
      if (follows) bench.send('T', 'k');
      await bench.time.pass(20_000);
      expect(bench.text('count:k')).toBe(follows ? '2' : '1');
    },
  );

  it('that is away makes the service step aside: nothing fails, and all is done when it is back', async () => {
    const instance = await bench.start(types);
    bench.state.away = true;
    bench.send('T', 'k');
    await bench.time.until(() => instance.engine.state().kind !== 'live');
    await bench.time.pass(500);
    const answer = await bench.route(instance, async (context) => {
      await context.get('a');
      return { status: 200, body: 1 };
    });
    expect(answer).toMatchObject({ kind: 'error', code: 'state_unavailable' });
    bench.state.away = false;
    await bench.drained();
    expect(bench.text('count:k')).toBe('1');
    expect(instance.engine.counters().events_failed).toBe(0);
  });

  it('stays unfit, and says why, when a handler fails in the rebuild', async () => {
    const first = await bench.start(types);
    bench.send('T', 'k');
    await bench.drained();
    first.process.kill();
    bench.state.wipe();
    let broken = true;
    const projection: EventHandler = async (context, event) => {
      if (broken) throw new Error('oh');
      await counting(context, event);
    };
    const second = await bench.start(model({ T: { projection } }), false);
    await bench.time.until(() => bench.lines.some(({ level }) => level === 'error'));
    expect(second.engine.state().kind).toBe('rebuilding');
    broken = false;
    await bench.time.until(() => second.engine.state().kind === 'live');
    expect(bench.text('count:k')).toBe('1');
  });
});

describe('a service that stops', () => {
  it('finishes what runs and gives back the rest', async () => {
    const slow: EventHandler = async (context, event) => {
      await bench.time.sleep(50);
      await counting(context, event);
    };
    const instance = await bench.start(model({ T: { projection: slow } }));
    bench.send('T', 'a');
    await bench.time.pass(20);
    await bench.stop();
    expect(bench.text('count:a')).toBe('1');
    await bench.time.until(() => bench.bus.owed('service') === 0);
    expect(instance.engine.state()).toEqual({ kind: 'stopping' });
    const answer = await bench.route(instance, async () => ({ status: 200, body: 1 }));
    expect(answer).toMatchObject({ kind: 'error', code: 'shutting_down' });
  });
});
