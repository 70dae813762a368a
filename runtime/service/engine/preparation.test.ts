import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineState, EventHandler } from '../types.js';
import { Bench, counting, model, ok } from './testing/bench.js';
import type { SimInstance } from './testing/sim-service.js';

let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.startBus();
});

afterEach(() => bench.stop());

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

  describe('of another log than the bus has now', () => {
    const counts = () => ['k0', 'k1'].map((key) => bench.text(`count:${key}`));
    const send = (times: number) => {
      for (let n = 0; n < times; n++) bench.send('T', `k${n % 2}`);
    };
    const warned = () =>
      bench.lines.some(({ level, message }) => level === 'warn' && /another log/.test(message));

    it('is built anew at the start, although the new log has become as long as the old one', async () => {
      const first = await bench.start(types);
      send(6);
      await bench.drained();
      first.process.kill();
      bench.bus.lose('new');
      await bench.bus.start();
      for (let n = 0; n < 8; n++) bench.send('T', 'k0');
      await bench.start(types);
      await bench.drained();
      expect(counts()).toEqual(['8', undefined]);
      expect(warned()).toBe(true);
    });

    it('is built anew when that happens under running instances', async () => {
      await bench.start(types);
      await bench.start(types);
      send(6);
      await bench.drained();
      bench.bus.lose('new');
      await bench.bus.start();
      send(2);
      await bench.time.until(() => `${counts()}` === '1,1');
      await bench.drained();
      send(2);
      await bench.drained();
      expect(counts()).toEqual(['2', '2']);
      expect(warned()).toBe(true);
    });

    it('is told by its log from now on, if it was not yet, and stays', async () => {
      const first = await bench.start(types);
      send(6);
      // Until its checkpoint is at the end of the log: otherwise it would be looked through in any case.
      await bench.time.pass(3_000);
      first.process.kill();
      bench.state.memory.remove('meta', 'log');
      const second = await bench.start(types);
      expect(second.engine.counters().rebuilds).toBe(0);
      expect(bench.state.memory.item('meta', 'log')).toMatchObject({ text: 'sim' });
    });
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

  describe('shared with an instance that is live', () => {
    const meta = (key: string) => {
      const item = bench.state.memory.item('meta', key);
      return item?.kind === 'text' ? item.text : undefined;
    };
    const send = async (times: number) => {
      for (let n = 0; n < times; n++) bench.send('T', `k${n % 3}`);
      await bench.drained();
    };
    const looksThrough = (state: EngineState) => state.kind === 'rebuilding' && state.here;
    const isLive = ({ engine }: SimInstance) => engine.state().kind === 'live';
    const begun = (line: string) => bench.lines.filter(({ message }) => message === line).length;

    it('has a checkpoint that an instance which starts beside it does not take back', async () => {
      await bench.start(types);
      await bench.time.pass(3_000);
      await send(5);
      // What the first one has acknowledged is not in the checkpoint yet: the second one looks through it, slowly.
      const second = await bench.start(types, false);
      await bench.time.until(() => looksThrough(second.engine.state()));
      second.process.stop();
      await send(5);
      await bench.time.until(() => meta('checkpoint') === '10');
      const generation = meta('generation');
      second.process.go();
      await bench.time.until(() => second.engine.state().kind === 'live');
      expect(meta('checkpoint')).toBe('10');
      await send(1);
      await bench.time.until(() => meta('checkpoint') === '11');
      expect([meta('generation'), begun('stepping aside until the state is fit again')]).toEqual([
        generation,
        0,
      ]);
    });

    it('is no longer than the log because somebody moved the checkpoint over events that this service may not receive', async () => {
      bench.bus.receivable = ['T'];
      await bench.start(types);
      await send(5);
      await bench.time.until(() => meta('checkpoint') === '5');
      // So that the second one takes a closer look.
      bench.state.memory.remove('meta', 'log');
      const second = await bench.start(types, false);
      await bench.time.until(() => second.engine.state().kind === 'rebuilding');
      bench.send('U', 'u');
      await bench.time.until(() => meta('lease') !== undefined);
      // As the first one does when the bus has told it of the event.
      bench.state.memory.putText('meta', 'checkpoint', '6', undefined);
      await bench.time.until(() => isLive(second));
      expect([second.engine.counters().rebuilds, meta('checkpoint')]).toEqual([0, '6']);
    });

    it('is brought up to date by one for all when the store comes back as an older copy', async () => {
      const instances = [await bench.start(types), await bench.start(types), await bench.start(types)];
      await send(5);
      await bench.time.pass(3_000);
      const copy = await bench.state.snapshot();
      await send(5);
      bench.state.setBack(copy);
      const written = vi.spyOn(copy, 'putText');
      bench.send('T', 'k0');
      await bench.time.until(() => instances.some((instance) => !isLive(instance)));
      await bench.time.until(() => instances.every(isLive));
      await bench.time.pass(10_000);
      expect(instances.every(isLive)).toBe(true);
      const generations = written.mock.calls.filter(
        ([space, key]) => space === 'meta' && key === 'generation',
      );
      expect(generations).toHaveLength(1);
      expect(['k0', 'k1', 'k2'].map((key) => bench.text(`count:${key}`))).toEqual(['5', '4', '2']);
    });

    it('is begun anew once when it was lost, although the others find less in it than they have seen there', async () => {
      bench = new Bench({ pageEvents: 2 });
      await bench.startBus();
      const [first, second] = [await bench.start(types), await bench.start(types)];
      await send(40);
      await bench.time.pass(3_000);
      second.process.stop();
      bench.state.wipe();
      bench.send('T', 'k0');
      await bench.time.until(() => looksThrough(first.engine.state()));
      const generation = meta('generation');
      second.process.go();
      await bench.time.until(() => looksThrough(first.engine.state()) && !isLive(second));
      await bench.time.until(() => [first, second].every(isLive));
      expect([meta('generation'), ...['k0', 'k1', 'k2'].map((key) => bench.text(`count:${key}`))]).toEqual([
        generation,
        ...['15', '13', '13'],
      ]);
    });
  });

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

  it('is not taken for fit when it was read while another instance began it anew', async () => {
    const gone = await bench.start(types);
    bench.send('T', 'k');
    const { memory } = bench.state;
    const item = memory.item.bind(memory);
    await bench.time.until(() => {
      const checkpoint = item('meta', 'checkpoint');
      return checkpoint?.kind === 'text' && checkpoint.text === '1';
    });
    gone.process.kill();
    const former = new Map(['status', 'checkpoint', 'types', 'lease'].map((key) => [key, item('meta', key)]));
    for (const [key, text] of Object.entries({ generation: 'anew', status: 'emptying', checkpoint: '0' }))
      memory.putText('meta', key, text, undefined);
    let reads = former.size + 1;
    vi.spyOn(memory, 'item').mockImplementation((space, key) => {
      const isEarly = space === 'meta' && reads-- > 0;
      return isEarly && former.has(key) ? former.get(key) : item(space, key);
    });
    await bench.start(types);
    expect(memory.item('meta', 'status')).toMatchObject({ text: 'live' });
    expect(bench.text('count:k')).toBe('1');
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
    'gets an effect back whose acknowledgement comes after the loss, for that counts no longer, %s',
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
      const follows = what.startsWith('and another');
      if (follows) bench.send('T', 'k');
      await bench.drained();
      expect(bench.text('count:k')).toBe(follows ? '2' : '1');
    },
  );

  it('gets an effect back that the older copy lacks an instance begins with, although it is acknowledged only after the pages', async () => {
    const first = await bench.start(types);
    bench.send('T', 'k');
    await bench.drained();
    await bench.time.pass(3_000);
    const copy = await bench.state.snapshot();
    bench.send('T', 'k');
    await bench.time.until(() => bench.text('count:k') === '2');
    // Committed, and the acknowledgement is on its way, long; meanwhile the state is put back, and somebody begins with it.
    first.process.stop();
    bench.state.memory = copy;
    await bench.start(types);
    first.process.go();
    await bench.drained();
    await bench.time.until(() => bench.text('count:k') === '2', 20_000);
  });

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
