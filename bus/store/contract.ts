import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/random.js';
import type { EventStore, LogRecord } from './event-store.js';
import { expectAsModel } from './testing/expect-as-model.js';
import { RandomLog } from './testing/random-log.js';
import { ack, eventsOf, parked, Records, subscription } from './testing/samples.js';

/** One log, for one test. */
export interface ContractLog {
  /** A store on this log, not opened. Never called while another store on it is open. */
  store(): EventStore;
  /** Removes everything. */
  remove(): Promise<void>;
}

/** What every event store must do: run it in the store's own test with a maker of fresh logs. */
export function eventStoreContract(name: string, freshLog: () => Promise<ContractLog>): void {
  describe(`${name}: the contract of event stores`, () => {
    let log: ContractLog;
    let store: EventStore;
    let make: Records;

    beforeEach(async () => {
      log = await freshLog();
      store = log.store();
      make = new Records();
    });

    afterEach(async () => {
      await store.close();
      await log.remove();
    });

    async function restart(): ReturnType<EventStore['open']> {
      await store.close();
      store = log.store();
      return store.open();
    }

    it('opens an empty log with nothing in it, under a name that stays', async () => {
      const recovered = await store.open();
      expect(recovered).toEqual({
        logId: expect.stringMatching(/./),
        lastPosition: 0,
        lastTime: 0,
        incarnation: 0,
        subscriptions: [],
        parked: [],
      });
      expect((await restart()).logId).toBe(recovered.logId);
    });

    it('gives back every field of an event, its data as the very text that was given', async () => {
      await store.open();
      const data = '{ "a":5.0,\n\t"b":"\\u00e9 é \u{1F4B7}", "deep":[{"x":1e2}] }';
      const batch = {
        ...make.batch(
          {
            data,
            owedTo: ['loyalty', 'users'],
            causation: 'x-1',
            batchId: 'b-1',
            place: 1,
            sender: 'users',
            type: 'Ünï',
          },
          { key: 'schlüssel-\u{1F600}', data: '{}', sessionId: Number.MAX_SAFE_INTEGER, correlationId: 0 },
          { value: Number.MAX_SAFE_INTEGER, key: 'far', sender: '' },
        ),
        batchId: 'b-1',
      };
      await store.append([batch]);
      expect((await store.read({ limit: 10 })).events).toEqual(batch.events);
      await restart();
      expect((await store.read({ limit: 10 })).events).toEqual(batch.events);
    });

    it('shows an append in every read as soon as it resolves', async () => {
      await store.open();
      for (let n = 1; n <= 30; n += 1) {
        await store.append([{ ...make.batch({ owedTo: ['loyalty'] }), batchId: `b-${n}` }]);
        expect(store.keyState('acc-1')?.head).toBe(n - 1);
        expect(store.batch('accounts', `b-${n}`)?.[0]?.position).toBe(n);
        expect((await store.read({ limit: 1, after: n - 1 })).events).toHaveLength(1);
        expect(await store.debt('loyalty')).toEqual({ count: n, lowest: 1 });
        expect(await store.totals()).toEqual({ Deposited: n });
      }
    });

    it('keeps appends in the order of their calls, also when many are under way', async () => {
      await store.open();
      const batches = make.batches(200);
      const finished: number[] = [];
      await Promise.all(batches.map((batch, n) => store.append([batch]).then(() => finished.push(n))));
      expect(finished).toEqual(batches.map((_, n) => n));
      expect((await store.read({ limit: 1000 })).events).toEqual(eventsOf(batches));
    });

    it('refuses events that do not follow the last position, and keeps nothing of that call', async () => {
      await store.open();
      await store.append([make.batch({})]);
      const good = make.event();
      await expect(
        store.append([{ kind: 'batch', sender: '', events: [good, { ...make.event(), position: 9 }] }]),
      ).rejects.toThrow(RangeError);
      await store.append([{ kind: 'batch', sender: '', events: [good] }]);
      expect((await store.read({ limit: 10 })).events.map(({ position }) => position)).toEqual([1, 2]);
    });

    it('takes an append of no records', async () => {
      await store.open();
      await store.append([]);
      await store.append([make.batch({})]);
      expect((await store.read({ limit: 10 })).events).toHaveLength(1);
    });

    it('knows the head and the last value of each type of a key, whatever the type is called', async () => {
      await store.open();
      expect(store.keyState('acc-1')).toBeUndefined();
      await store.append([make.batch({ type: '__proto__' }, { type: 'A' }, { type: 'A' })]);
      await store.append([make.batch({ type: 'constructor' }, { key: 'acc-2' })]);
      const state = store.keyState('acc-1');
      expect(state?.head).toBe(3);
      expect(Object.entries(state?.lastOfType ?? {}).sort()).toEqual([
        ['A', 2],
        ['__proto__', 0],
        ['constructor', 3],
      ]);
      expect(store.keyState('acc')).toBeUndefined();
    });

    it('finds a batch by its sender and id, also one without events', async () => {
      await store.open();
      const batch = { ...make.batch({}, { key: 'acc-2' }), batchId: 'b-1' };
      await store.append([make.batch({}), batch].map(renumbered()));
      await store.append([{ kind: 'batch', sender: 'users', batchId: 'b-2', events: [] }]);
      expect(store.batch('accounts', 'b-1')?.map(({ key }) => key)).toEqual(['acc-1', 'acc-2']);
      expect(store.batch('users', 'b-2')).toEqual([]);
      expect(store.batch('users', 'b-1')).toBeUndefined();
      expect(store.batch('accounts', 'b-2')).toBeUndefined();
      await restart();
      expect(store.batch('accounts', 'b-1')?.map(({ key }) => key)).toEqual(['acc-1', 'acc-2']);
      expect(store.batch('users', 'b-2')).toEqual([]);
    });

    it('pages through what matches, and tells which page is the last', async () => {
      await store.open();
      await store.append(make.batches(10));
      await store.append(make.batches(5, { key: 'acc-2' }));
      const first = await store.read({ limit: 4, key: 'acc-1' });
      expect([first.events.length, first.next, first.end]).toEqual([4, 4, false]);
      const second = await store.read({ limit: 6, key: 'acc-1', after: first.next });
      expect([second.events.length, second.end]).toEqual([6, true]);
      expect(await store.read({ limit: 4, key: 'acc-1', after: second.next })).toMatchObject({
        events: [],
        end: true,
      });
      expect(await store.read({ limit: 4, after: 15 })).toEqual({ events: [], next: 15, end: true });
    });

    it('goes on from the last page when more has come', async () => {
      await store.open();
      await store.append(make.batches(3));
      const { next } = await store.read({ limit: 10, eventTypes: ['Withdrawn'] });
      await store.append([make.batch({ type: 'Withdrawn' })]);
      expect((await store.read({ limit: 10, eventTypes: ['Withdrawn'], after: next })).events).toHaveLength(
        1,
      );
    });

    it('ends a debt by an acknowledgement, by an acknowledging batch and by a skip, and by nothing else', async () => {
      await store.open();
      await store.append([
        make.batch(...Array.from({ length: 6 }, () => ({ owedTo: ['loyalty', 'users'] }))),
      ]);
      await store.append([ack('loyalty', 1, 3), ack('loyalty', 1), ack('nobody', 4), ack('loyalty', 999)]);
      await store.append([
        { kind: 'batch', sender: 'x', events: [], acknowledges: { clientType: 'loyalty', position: 2 } },
        parked('loyalty', 4),
        parked('loyalty', 5),
        { kind: 'unparked', clientType: 'loyalty', position: 4, decision: 'retry', time: 5 },
        { kind: 'unparked', clientType: 'loyalty', position: 5, decision: 'skip', reason: 'test', time: 6 },
      ]);
      const check = async (): Promise<void> => {
        const { events, end } = await store.owed('loyalty', { after: 0, limit: 10 });
        expect([events.map(({ position }) => position), end]).toEqual([[4, 6], true]);
        expect(await store.debt('loyalty')).toEqual({ count: 2, lowest: 4 });
        expect(await store.debt('users')).toEqual({ count: 6, lowest: 1 });
        expect(await store.debt('nobody')).toEqual({ count: 0, lowest: undefined });
        const free = await store.read({ limit: 10, notOwedTo: 'loyalty' });
        expect(free.events.map(({ position }) => position)).toEqual([1, 2, 3, 5]);
      };
      await check();
      await restart();
      await check();
    });

    it('leaves out, if asked, what was skipped for a client type; for no other, and not what was applied before', async () => {
      await store.open();
      await store.append([
        make.batch(...Array.from({ length: 5 }, () => ({ owedTo: ['loyalty', 'users'] }))),
      ]);
      const skip = { kind: 'unparked', decision: 'skip', reason: 'test', time: make.now } as const;
      await store.append([
        { ...skip, clientType: 'loyalty', position: 2 },
        { ...skip, clientType: 'loyalty', position: 3, applied: true },
        { ...skip, clientType: 'users', position: 4 },
      ]);
      const check = async (): Promise<void> => {
        const read = async (clientType: string): Promise<number[]> =>
          (await store.read({ limit: 10, notSkippedBy: clientType })).events.map(({ position }) => position);
        expect(await read('loyalty')).toEqual([1, 3, 4, 5]);
        expect(await read('users')).toEqual([1, 2, 3, 5]);
        expect(await read('nobody')).toEqual([1, 2, 3, 4, 5]);
        expect((await store.read({ limit: 10 })).events).toHaveLength(5);
      };
      await check();
      await restart();
      await check();
    });

    it('lists what is owed of one key, in pages', async () => {
      await store.open();
      await store.append(make.batches(4, { owedTo: ['loyalty'] }));
      await store.append(make.batches(4, { key: 'acc-2', owedTo: ['loyalty'] }));
      await store.append([ack('loyalty', 5, 7)]);
      const first = await store.owed('loyalty', { key: 'acc-2', after: 0, limit: 1 });
      expect([first.events.map(({ position }) => position), first.next, first.end]).toEqual([[6], 6, false]);
      const second = await store.owed('loyalty', { key: 'acc-2', after: first.next, limit: 1 });
      expect([second.events.map(({ position }) => position), second.end]).toEqual([[8], true]);
    });

    it('lists keys in code-point order, from a key on, with a prefix', async () => {
      await store.open();
      const keys = ['b', 'user-\u{1F600}', 'user-\uFB01', 'user-', 'usez', 'acc-10', 'acc-2', 'B'];
      await store.append([make.batch(...keys.map((key) => ({ key })))]);
      const names = async (range: { prefix?: string; after?: string; limit: number }): Promise<string[]> =>
        (await store.keys(range)).map(({ key }) => key);
      const sorted = ['B', 'acc-10', 'acc-2', 'b', 'user-', 'user-\uFB01', 'user-\u{1F600}', 'usez'];
      expect(await names({ limit: 100 })).toEqual(sorted);
      expect(await names({ limit: 2, after: 'acc-10' })).toEqual(['acc-2', 'b']);
      expect(await names({ limit: 100, prefix: 'user-' })).toEqual(sorted.slice(4, 7));
      expect(await names({ limit: 100, prefix: 'user-', after: 'user-\uFB01' })).toEqual(['user-\u{1F600}']);
      expect(await names({ limit: 100, prefix: 'user-', after: 'B' })).toEqual(sorted.slice(4, 7));
      expect(await store.keys({ limit: 1 })).toEqual([
        { key: 'B', state: { head: 0, lastOfType: { Deposited: 0 } } },
      ]);
    });

    it('recovers subscriptions, parked events, incarnation, time and position', async () => {
      await store.open();
      await store.append([
        subscription('users', ['A']),
        subscription('loyalty', ['*']),
        subscription('users', ['A', 'B'], 2),
        { kind: 'started', incarnation: 1, time: 3 },
        make.batch({ owedTo: ['users'] }, { owedTo: ['users'] }),
        parked('users', 1),
        parked('users', 2),
        { kind: 'unparked', clientType: 'users', position: 1, decision: 'retry', time: make.now },
        { kind: 'started', incarnation: 2, time: make.now + 7 },
      ]);
      const recovered = await restart();
      expect(recovered).toMatchObject({ lastPosition: 2, lastTime: make.now + 7, incarnation: 2 });
      expect(recovered.parked).toEqual([parked('users', 2)]);
      expect([...recovered.subscriptions].sort((a, b) => (a.clientType < b.clientType ? -1 : 1))).toEqual([
        subscription('loyalty', ['*']),
        subscription('users', ['A', 'B'], 2),
      ]);
    });

    it('lists skips, newest first', async () => {
      await store.open();
      await store.append([make.batch(...Array.from({ length: 5 }, () => ({ owedTo: ['users'] })))]);
      for (const position of [3, 1, 5])
        await store.append([
          {
            kind: 'unparked',
            clientType: 'users',
            position,
            decision: 'skip',
            reason: `${position}`,
            time: 1,
          },
        ]);
      expect((await store.skips(10)).map(({ position }) => position)).toEqual([5, 1, 3]);
      expect((await store.skips(2)).map(({ reason }) => reason)).toEqual(['5', '1']);
      await restart();
      expect((await store.skips(2)).map(({ reason }) => reason)).toEqual(['5', '1']);
    });

    it.each([1, 2, 3, 4])(
      'answers every question as the plainest model does, before and after a restart (seed %i)',
      async (seed) => {
        const random = seededRandom(seed);
        const chance = new RandomLog(random);
        await store.open();
        for (let round = 0; round < 8; round += 1) {
          for (let n = 0; n < 20; n += 1) await store.append(chance.group());
          await expectAsModel(store, chance);
          if (round % 3 === 2) {
            await restart();
            await expectAsModel(store, chance);
          }
        }
      },
    );
  });
}

/** Positions from 1 in the order in which batches are appended, whatever order they were made in. */
function renumbered(): (record: LogRecord) => LogRecord {
  let position = 0;
  return (record) =>
    record.kind !== 'batch'
      ? record
      : { ...record, events: record.events.map((event) => ({ ...event, position: ++position })) };
}
