import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptError } from '../../lua/vm.js';
import type { EventHandler } from '../types.js';
import { Bench, counting, model } from './testing/bench.js';

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

  it.each([
    ['run at once', { concurrencyMax: 2 }],
    ['are out at once', { inFlightMax: 16 }],
  ])('do not wait for what waits behind them, when only few %s', async (_, limits) => {
    bench = new Bench(limits);
    await bench.startBus();
    const order: EventHandler = async (context) =>
      context.send({ type: 'Debit', key: 'acc', data: {}, expect: 'seen' });
    const types = model({ Order: { decision: order }, Debit: { projection: counting } });
    const first = await bench.start(types);
    first.process.kill();
    for (let n = 0; n < 60; n++) bench.send('Order', `o${n}`);
    const instance = await bench.start(types);
    await bench.drained();
    expect(bench.text('count:acc')).toBe('60');
    expect(instance.engine.counters().events_failed).toBe(0);
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
