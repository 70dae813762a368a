import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareKeys } from './names.js';
import type { Expectation, Space, StateStore, Write } from './state-store.js';

/** What a store's test brings along; made anew for every case, over an empty state. */
export interface Harness {
  /** Opens one more instance over the state of this client type. */
  open(clientType: string): Promise<StateStore>;
  /** Lets this much time pass for times to live. */
  pass(ms: number): Promise<void>;
  /** Removes everything; the instances are closed already. */
  dispose(): Promise<void>;
}

/** The promises of state-store.ts as tests. Every store runs them. */
export function stateStoreContract(name: string, makeHarness: () => Promise<Harness>): void {
  describe(`${name} keeps the contract of state stores`, () => {
    let harness: Harness;
    let opened: StateStore[];
    let store: StateStore;
    const open = async (clientType = 'accounts') => {
      const another = await harness.open(clientType);
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      harness = await makeHarness();
      opened = [];
      store = await open();
    });
    afterEach(async () => {
      for (const each of opened) await each.close();
      await harness.dispose();
    });

    const commit = async (...writes: Write[]) =>
      expect(await store.commit({ expect: [], writes })).toEqual({ ok: true });
    const set = (key: string, text: string, space: Space = 'data'): Write => ({
      op: 'set',
      space,
      key,
      text,
    });
    const push = (key: string, ...texts: string[]): Write => ({ op: 'push', key, texts });
    const raise = (key: string, value: number): Write => ({ op: 'raise', key, value });
    const del = (key: string, space: Space = 'data'): Write => ({ op: 'del', space, key });
    const is = (key: string, text: string | undefined, space: Space = 'data'): Expectation => ({
      space,
      key,
      text,
    });
    const has = (key: string, length: number): Expectation => ({ space: 'data', key, length });
    const holds = (key: string, from: number, ...items: string[]): Expectation => ({
      space: 'data',
      key,
      from,
      items,
    });
    const wrongType = { name: 'StateStoreError', code: 'wrong_type' };
    const attempt = async <T>(operation: () => T | Promise<T>) => await operation();

    describe('reads', () => {
      it('gives back the text that was set, in every space, and undefined for what is not there', async () => {
        const spaces: Space[] = ['data', 'mark', 'outbox', 'answer', 'meta'];
        await commit(...spaces.map((space) => set('k', `"${space}"`, space)));
        for (const space of spaces) {
          expect(await store.get(space, 'k')).toBe(`"${space}"`);
          expect(await store.get(space, 'other')).toBeUndefined();
        }
        await commit(...spaces.map((space) => del('k', space)));
        for (const space of spaces) expect(await store.get(space, 'k')).toBeUndefined();
      });

      it('keeps any key up to 1024 bytes and any text, whatever characters they have', async () => {
        const strange = [
          '',
          ':',
          '~',
          '~mark',
          '~~x',
          'a\0b',
          '\0',
          'é😀',
          '*?[x]\\',
          ' ',
          '\n',
          'x'.repeat(1024),
        ];
        await commit(...strange.flatMap((key, n) => [set(key, `"${n}\0 é😀\\"`), set(key, `${n}`, 'mark')]));
        await commit(...strange.flatMap((key, n) => [set(key, `${n}`, 'answer'), set(key, `${n}`, 'meta')]));
        for (const [n, key] of strange.entries()) {
          expect(await store.get('data', key)).toBe(`"${n}\0 é😀\\"`);
          expect(await store.get('mark', key)).toBe(`${n}`);
          expect(await store.get('answer', key)).toBe(`${n}`);
          expect(await store.get('meta', key)).toBe(`${n}`);
        }
        expect(await store.keys('*')).toEqual(strange.toSorted(compareKeys));
      });

      it('keeps an empty text apart from none, and a text of a megabyte', async () => {
        await commit(set('empty', ''), set('long', 'x'.repeat(1_000_000)));
        expect(await store.get('data', 'empty')).toBe('');
        expect((await store.get('data', 'long'))?.length).toBe(1_000_000);
      });

      it('shows one instance what another has committed', async () => {
        const other = await open();
        for (let n = 0; n < 20; n += 1) {
          await commit(set('k', `${n}`));
          expect(await other.get('data', 'k')).toBe(`${n}`);
        }
      });

      it('keeps client types apart, also those whose names look like keys of another', async () => {
        const others = await Promise.all(['accounts:x', 'accounts%3Ax', '..', 'Ä/b', 'accounts.d'].map(open));
        await commit(set('x:k', '"accounts"'), push('x:list', '1'));
        for (const other of others) {
          expect(await other.get('data', 'k')).toBeUndefined();
          expect(await other.keys('*')).toEqual([]);
          await other.commit({ expect: [], writes: [set('k', '"other"')] });
          await other.clear();
        }
        expect(await store.get('data', 'x:k')).toBe('"accounts"');
      });
    });

    describe('commit', () => {
      it('writes when every expectation holds', async () => {
        await commit(set('a', '1'), push('list', 'x', 'y'), set('m', '7', 'mark'));
        const result = await store.commit({
          expect: [
            is('a', '1'),
            is('none', undefined),
            has('list', 2),
            has('nolist', 0),
            holds('list', 0, 'x', 'y'),
            holds('list', 1, 'y'),
            is('m', '7', 'mark'),
          ],
          writes: [set('a', '2'), del('m', 'mark')],
        });
        expect(result).toEqual({ ok: true });
        expect(await store.get('data', 'a')).toBe('2');
        expect(await store.get('mark', 'm')).toBeUndefined();
      });

      it('writes nothing and names the first expectation that does not hold', async () => {
        await commit(set('a', '1'), push('list', 'x'), set('o', '1', 'outbox'));
        const wrong: Expectation[] = [
          is('a', '2'),
          is('a', undefined),
          is('none', '1'),
          is('list', undefined),
          is('list', '["x"]'),
          has('list', 0),
          has('list', 2),
          has('a', 0),
          has('a', 1),
          holds('list', 0, 'y'),
          holds('list', 1, 'x'),
          holds('list', 0, 'x', 'x'),
          holds('none', 0, 'x'),
          holds('a', 0, '1'),
          is('o', undefined, 'outbox'),
          is('g', 'x', 'meta'),
        ];
        for (const expectation of wrong) {
          const writes = [set('a', '9'), push('list', '9'), del('o', 'outbox'), raise('n', 9)];
          const result = await store.commit({
            expect: [is('a', '1'), expectation, is('a', 'never')],
            writes,
          });
          expect(result).toEqual({ ok: false, conflict: expectation });
        }
        expect(await store.get('data', 'a')).toBe('1');
        expect(await store.range('list', 0, -1)).toEqual(['x']);
        expect(await store.get('outbox', 'o')).toBe('1');
        expect(await store.get('data', 'n')).toBeUndefined();
      });

      it('knows items of a list by all their characters', async () => {
        const items = ['', '3:abc', 'é😀\0"', ':', 'x'.repeat(100_000)];
        await commit(push('list', ...items));
        const expected = (text: string) => holds('list', 0, ...items.with(2, text));
        expect(await store.commit({ expect: [expected(items[2]!)], writes: [] })).toEqual({ ok: true });
        expect(await store.commit({ expect: [expected('é😀\0')], writes: [] })).toMatchObject({ ok: false });
      });

      it('performs the writes in their order', async () => {
        await commit(set('k', '1'), set('k', '2'), del('k'), push('k', 'a'), push('k', 'b'));
        expect(await store.range('k', 0, -1)).toEqual(['a', 'b']);
        await commit(set('k', '5'), raise('k', 7), raise('k', 6));
        expect(await store.get('data', 'k')).toBe('7');
        await commit(del('k'), push('k', 'c'));
        expect(await store.range('k', 0, -1)).toEqual(['c']);
      });

      it('writes nothing at all when one write does not fit what stands there', async () => {
        await commit(
          set('text', '"x"'),
          push('list', 'x'),
          set('unsafe', '9007199254740992'),
          set('zeros', '007'),
        );
        const unfit: Write[][] = [
          [raise('text', 1)],
          [raise('list', 1)],
          [raise('unsafe', 1)],
          [raise('zeros', 9)],
          [raise('new', 0.5)],
          [push('text', 'y')],
          [set('fresh', '1'), push('fresh', 'y')],
          [push('fresh', 'y'), raise('fresh', 1)],
          [del('list'), set('list', '"x"'), raise('list', 1)],
        ];
        for (const writes of unfit) {
          const all = [
            set('before', '1'),
            push('list', 'z'),
            set('m', '1', 'mark'),
            del('text'),
            set('text', '"x"'),
            ...writes,
          ];
          await expect(attempt(() => store.commit({ expect: [], writes: all }))).rejects.toMatchObject(
            wrongType,
          );
        }
        expect(await store.keys('*')).toEqual(['list', 'text', 'unsafe', 'zeros']);
        expect(await store.get('data', 'text')).toBe('"x"');
        expect(await store.range('list', 0, -1)).toEqual(['x']);
        expect(await store.get('mark', 'm')).toBeUndefined();
      });

      it('lets exactly one of several instances win a value that all have read', async () => {
        const stores = [store, await open(), await open()];
        await commit(set('n', '0'));
        const addOne = async (each: StateStore): Promise<void> => {
          const text = await each.get('data', 'n');
          const result = await each.commit({
            expect: [is('n', text)],
            writes: [set('n', `${Number(text) + 1}`)],
          });
          if (!result.ok) await addOne(each);
        };
        await Promise.all(
          stores.map(async (each) => {
            for (let n = 0; n < 50; n += 1) await addOne(each);
          }),
        );
        expect(await store.get('data', 'n')).toBe('150');
      });

      it('does each of what is asked for at once, whatever becomes of the others', async () => {
        await commit(push('list', 'x'));
        const outcomes = await Promise.allSettled([
          attempt(() => store.commit({ expect: [is('a', undefined)], writes: [set('a', '1')] })),
          attempt(() => store.commit({ expect: [], writes: [set('unfit', '1'), raise('list', 1)] })),
          attempt(() => store.commit({ expect: [is('b', '5')], writes: [set('b', '6')] })),
          attempt(() => store.increment('n', 1)),
          attempt(() => store.commit({ expect: [has('list', 1)], writes: [push('list', 'y')] })),
        ]);
        expect(outcomes).toMatchObject([
          { value: { ok: true } },
          { reason: wrongType },
          { value: { ok: false, conflict: is('b', '5') } },
          { value: 1 },
          { value: { ok: true } },
        ]);
        expect(await store.keys('*')).toEqual(['a', 'list', 'n']);
        expect(await store.range('list', 0, -1)).toEqual(['x', 'y']);
      });

      it('accepts a commit of nothing', async () => {
        await commit();
        expect(await store.commit({ expect: [is('a', '1')], writes: [] })).toMatchObject({ ok: false });
      });
    });

    describe('numbers', () => {
      it('increments at once, from nothing, by any amount, and keeps the number readable', async () => {
        expect(await store.increment('n', 1)).toBe(1);
        expect(await store.increment('n', 41)).toBe(42);
        expect(await store.increment('n', -50)).toBe(-8);
        expect(await store.increment('n', 0)).toBe(-8);
        expect(await store.get('data', 'n')).toBe('-8');
        await commit(set('n', '9007199254740990'));
        expect(await store.increment('n', 1)).toBe(9007199254740991);
        expect(await store.get('data', 'n')).toBe('9007199254740991');
      });

      it('refuses to increment what is no safe integer, and to leave the safe integers', async () => {
        const kept = {
          top: '9007199254740991',
          bottom: '-9007199254740991',
          text: '"1"',
          fraction: '1.5',
          plus: '+1',
          zero: '-0',
          pad: ' 1',
          e: '1e3',
          big: '9007199254740993',
        };
        await commit(...Object.entries(kept).map(([key, text]) => set(key, text)), push('list', '1'));
        for (const key of [...Object.keys(kept).filter((name) => name !== 'bottom'), 'list'])
          await expect(attempt(() => store.increment(key, 1))).rejects.toMatchObject(wrongType);
        await expect(attempt(() => store.increment('bottom', -1))).rejects.toMatchObject(wrongType);
        for (const by of [0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])
          await expect(attempt(() => store.increment('new', by))).rejects.toMatchObject(wrongType);
        for (const [key, text] of Object.entries(kept)) expect(await store.get('data', key)).toBe(text);
        expect(await store.get('data', 'new')).toBeUndefined();
      });

      it('gives every number once, whichever instance asks', async () => {
        const stores = [store, await open(), await open()];
        const numbers = await Promise.all(
          stores.flatMap((each) => Array.from({ length: 40 }, () => each.increment('n', 1))),
        );
        expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
      });

      it('raises a number to at least a value, and never lowers it', async () => {
        await commit(raise('n', 5));
        await commit(raise('n', 3));
        expect(await store.get('data', 'n')).toBe('5');
        await commit(raise('n', 9007199254740991));
        expect(await store.get('data', 'n')).toBe('9007199254740991');
        await commit(raise('low', -1));
        expect(await store.get('data', 'low')).toBeUndefined();
        await commit(set('minus', '-9'), raise('minus', -3));
        expect(await store.get('data', 'minus')).toBe('-3');
      });
    });

    describe('lists', () => {
      it('appends in order and gives any range, as LRANGE does', async () => {
        await commit(push('l', 'a', 'b'), push('l', 'c'));
        await commit(push('l', 'd', 'e'), push('nothing'));
        expect(await store.length('l')).toBe(5);
        expect(await store.length('nothing')).toBe(0);
        expect(await store.range('nothing', 0, -1)).toEqual([]);
        const all = ['a', 'b', 'c', 'd', 'e'];
        for (let first = -7; first <= 7; first += 1)
          for (let last = -7; last <= 7; last += 1) {
            const from = Math.max(0, first < 0 ? first + 5 : first);
            const to = last < 0 ? last + 5 : last;
            expect(await store.range('l', first, last)).toEqual(
              all.filter((_, at) => from <= at && at <= to),
            );
          }
      });

      it('refuses to read a list as a value and a value as a list', async () => {
        await commit(push('l', 'a'), set('v', '1'));
        await expect(attempt(() => store.get('data', 'l'))).rejects.toMatchObject(wrongType);
        await expect(attempt(() => store.range('v', 0, -1))).rejects.toMatchObject(wrongType);
        await expect(attempt(() => store.length('v'))).rejects.toMatchObject(wrongType);
      });

      it('forgets the items of a list that was removed or replaced', async () => {
        await commit(push('l', 'a', 'b', 'c'));
        await commit(del('l'));
        expect(await store.length('l')).toBe(0);
        await commit(push('l', 'x'), set('l', '1'));
        expect(await store.get('data', 'l')).toBe('1');
        await commit(del('l'), push('l', 'y'));
        expect(await store.range('l', 0, -1)).toEqual(['y']);
      });
    });

    describe('time to live', () => {
      const brief = (key: string, text: string, space: Space = 'data'): Write => ({
        op: 'set',
        space,
        key,
        text,
        ttlMs: 250,
      });

      it('ends a value for every kind of read, in the spaces that have one', async () => {
        const spaces: Space[] = ['data', 'answer', 'meta'];
        await commit(...spaces.map((space) => brief('k', '1', space)), set('stays', '1'));
        for (const space of spaces) expect(await store.get(space, 'k')).toBe('1');
        expect(await store.keys('*')).toEqual(['k', 'stays']);
        await harness.pass(250);
        for (const space of spaces) {
          expect(await store.get(space, 'k')).toBeUndefined();
          expect(await store.scan(space, undefined, 10)).toEqual(space === 'data' ? [['stays', '1']] : []);
        }
        expect(await store.keys('*')).toEqual(['stays']);
        expect(await store.commit({ expect: [is('k', undefined), has('k', 0)], writes: [] })).toEqual({
          ok: true,
        });
        expect(await store.increment('k', 3)).toBe(3);
      });

      it('is forgotten when the value is set again without one, and kept by increment and raise', async () => {
        await commit(brief('again', '1'), brief('n', '1'), brief('raised', '1'), brief('removed', '1'));
        await commit(set('again', '2'), raise('raised', 9), del('removed'), set('removed', '3'));
        expect(await store.increment('n', 1)).toBe(2);
        await harness.pass(250);
        expect(await store.get('data', 'again')).toBe('2');
        expect(await store.get('data', 'removed')).toBe('3');
        expect(await store.get('data', 'n')).toBeUndefined();
        expect(await store.get('data', 'raised')).toBeUndefined();
      });

      it('counts from the newest write', async () => {
        await commit(brief('k', '1'));
        await harness.pass(150);
        await commit(brief('k', '2'));
        await harness.pass(150);
        expect(await store.get('data', 'k')).toBe('2');
      });
    });

    describe('keys and scan', () => {
      it('finds values and lists of the space data by glob pattern, sorted by code point', async () => {
        await commit(
          set('acc-2', '1'),
          set('acc-10', '1'),
          push('acc-1', '1'),
          set('bcc-1', '1'),
          set('acc-3', '1', 'mark'),
        );
        await commit(set('\u{1F600}', '1'), set('\uFFFD', '1'), set('~x', '1'));
        expect(await store.keys('acc-*')).toEqual(['acc-1', 'acc-10', 'acc-2']);
        expect(await store.keys('acc-?')).toEqual(['acc-1', 'acc-2']);
        expect(await store.keys('[ab]cc-1')).toEqual(['acc-1', 'bcc-1']);
        expect(await store.keys('?')).toEqual(['\uFFFD', '\u{1F600}']);
        expect(await store.keys('?x')).toEqual(['~x']);
        expect(await store.keys('~*')).toEqual(['~x']);
        expect(await store.keys('acc-1')).toEqual(['acc-1']);
        expect(await store.keys('none*')).toEqual([]);
      });

      it('pages through thousands of keys without losing one', async () => {
        const names = Array.from({ length: 3000 }, (_, n) => `k${String(n).padStart(4, '0')}`);
        await commit(...names.map((name) => set(name, '1')), ...names.map((name) => set(name, name, 'mark')));
        expect(await store.keys('k*')).toEqual(names);
        for (const space of ['data', 'mark'] as const) {
          const found: string[] = [];
          for (;;) {
            const page = await store.scan(space, found.at(-1), 700);
            if (page.length === 0) break;
            found.push(...page.map(([key]) => key));
          }
          expect(found).toEqual(names);
        }
      });

      it('scans a space in key order behind a key, without lists', async () => {
        await commit(set('b', '2'), set('a', '1'), push('aa', 'x'), set('c', '3'), set('z', '9', 'outbox'));
        expect(await store.scan('data', undefined, 10)).toEqual([
          ['a', '1'],
          ['b', '2'],
          ['c', '3'],
        ]);
        expect(await store.scan('data', 'a', 1)).toEqual([['b', '2']]);
        expect(await store.scan('data', 'aa', 10)).toEqual([
          ['b', '2'],
          ['c', '3'],
        ]);
        expect(await store.scan('data', 'c', 10)).toEqual([]);
        expect(await store.scan('outbox', undefined, 10)).toEqual([['z', '9']]);
        expect(await store.scan('answer', undefined, 10)).toEqual([]);
      });
    });

    it('clears every space, for all instances, and goes on', async () => {
      const other = await open();
      const spaces: Space[] = ['data', 'mark', 'outbox', 'answer', 'meta'];
      await commit(...spaces.map((space) => set('k', '1', space)), push('l', 'x'));
      await store.clear();
      for (const each of [store, other]) {
        for (const space of spaces) expect(await each.get(space, 'k')).toBeUndefined();
        expect(await each.keys('*')).toEqual([]);
      }
      await commit(set('k', '2'), push('l', 'y'));
      expect(await other.range('l', 0, -1)).toEqual(['y']);
    });

    it('behaves like a plain table under any sequence of commits', async () => {
      const key = fc.constantFrom('a', 'b', '~c');
      const write: fc.Arbitrary<Write> = fc.oneof(
        fc.record({
          op: fc.constant('set' as const),
          space: fc.constant('data' as const),
          key,
          text: fc.constantFrom('1', '5', '"x"'),
        }),
        fc.record({ op: fc.constant('del' as const), space: fc.constant('data' as const), key }),
        fc.record({ op: fc.constant('raise' as const), key, value: fc.integer({ min: -3, max: 9 }) }),
        fc.record({
          op: fc.constant('push' as const),
          key,
          texts: fc.array(fc.constantFrom('p', 'q'), { maxLength: 2 }),
        }),
      );
      const writes = fc.array(write, { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(fc.array(writes, { maxLength: 6 }), async (commits) => {
          await store.clear();
          const table = new Table();
          for (const each of commits) {
            const outcome = await attempt(() => store.commit({ expect: [], writes: each })).then(
              () => 'ok',
              (error: { code: string }) => error.code,
            );
            expect(outcome).toBe(table.apply(each));
          }
          for (const name of ['a', 'b', '~c']) {
            const value = table.entries.get(name);
            if (Array.isArray(value)) expect(await store.range(name, 0, -1)).toEqual(value);
            else expect(await store.get('data', name)).toBe(value);
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** The plainest reading of the contract, to compare with. */
class Table {
  entries = new Map<string, string | string[]>();

  apply(writes: readonly Write[]): 'ok' | 'wrong_type' {
    const next = new Map(
      [...this.entries].map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
    );
    for (const write of writes) {
      const value = next.get(write.key);
      if (write.op === 'set') next.set(write.key, write.text);
      else if (write.op === 'del') next.delete(write.key);
      else if (write.op === 'raise') {
        if (value !== undefined && !/^\d+$/.test(String(value))) return 'wrong_type';
        if (Array.isArray(value)) return 'wrong_type';
        if (write.value > Number(value ?? 0)) next.set(write.key, String(write.value));
      } else if (write.texts.length > 0) {
        if (typeof value === 'string') return 'wrong_type';
        next.set(write.key, [...(value ?? []), ...write.texts]);
      }
    }
    this.entries = next;
    return 'ok';
  }
}
