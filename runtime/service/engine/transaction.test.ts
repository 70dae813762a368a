import { beforeEach, describe, expect, it } from 'vitest';
import { HostError } from '../../lua/vm.js';
import { MemoryState } from '../../state/memory/memory-state.js';
import { MemoryStore } from '../../state/memory/memory-store.js';
import { StateStoreError } from '../../state/state-store.js';
import { HandlerOver, StateUnavailable } from './aborts.js';
import { RunContext, type Send } from './context.js';
import { Transaction } from './transaction.js';

let store: MemoryStore;
let transaction: Transaction;

beforeEach(() => {
  store = new MemoryStore(new MemoryState());
  transaction = new Transaction(store, { now: () => 7 });
});

async function given(data: Record<string, unknown>, lists: Record<string, unknown[]> = {}): Promise<void> {
  const sets = Object.entries(data).map(
    ([key, value]) => ({ op: 'set', space: 'data', key, text: JSON.stringify(value) }) as const,
  );
  const pushes = Object.entries(lists).map(
    ([key, items]) => ({ op: 'push', key, texts: items.map((item) => JSON.stringify(item)) }) as const,
  );
  store.commit({ expect: [], writes: [...sets, ...pushes] });
}

function commit(): boolean {
  return store.commit({ expect: transaction.expectations(), writes: transaction.writes() }).ok;
}

function context(mode: RunContext['mode'], sends: Send[] = []): RunContext {
  return new RunContext(mode, transaction, sends, { now: 7, correlation: 'c', causation: 'e' });
}

describe('a handler’s transaction', () => {
  it('answers at once when the store does', async () => {
    await given({ a: 1 }, { l: [1, 2] });
    const listener = context('listener');
    expect(listener.get('a')).toBe(1);
    expect(listener.range('l', 0, -1)).toEqual([1, 2]);
    expect(listener.keys('*')).toEqual(['a', 'l']);
  });

  it('writes nothing before it is committed, and reads what it wrote', async () => {
    await given({ a: 1, b: 2 });
    const listener = context('listener');
    listener.set('a', { x: [1] });
    listener.del('b');
    expect(listener.get('a')).toEqual({ x: [1] });
    expect(listener.get('b')).toBeUndefined();
    expect(store.get('data', 'a')).toBe('1');
    expect(commit()).toBe(true);
    expect(store.get('data', 'a')).toBe('{"x":[1]}');
    expect(store.get('data', 'b')).toBeUndefined();
  });

  it('is refused when items of a list that it read are others, though as many', async () => {
    await given({}, { last: [1, 2, 3] });
    const keepLast = (mine: Transaction, item: string) => {
      const items = mine.range('last', 0, -1) as readonly string[];
      mine.del('last');
      for (const text of [...items, item].slice(-3)) mine.push('last', text);
    };
    const other = new Transaction(store, { now: () => 7 });
    keepLast(transaction, '"a"');
    keepLast(other, '"b"');
    expect(commit()).toBe(true);
    expect(store.commit({ expect: other.expectations(), writes: other.writes() }).ok).toBe(false);
    expect(store.range('last', 0, -1)).toEqual(['2', '3', '"a"']);
  });

  it('remembers once what it reads of a list again and again', async () => {
    await given({}, { l: [1, 2] });
    const expectations = () => transaction.expectations().filter((one) => 'items' in one);
    for (let n = 0; n < 3; n++) transaction.range('l', 0, 0);
    expect(expectations()).toEqual([{ space: 'data', key: 'l', from: 0, items: ['1'] }]);
  });

  it('is refused when a value that it read has changed', async () => {
    await given({ a: 1 });
    context('listener').get('a');
    await given({ a: 2 });
    expect(commit()).toBe(false);
  });

  it('is refused when a key that it found absent is there now', async () => {
    context('listener').get('a');
    await given({ a: 1 });
    expect(commit()).toBe(false);
  });

  it('is refused when a list whose length it knows has grown', async () => {
    await given({}, { l: [1] });
    context('listener').length('l');
    await given({}, { l: [2] });
    expect(commit()).toBe(false);
  });

  it('is refused while another effect that may yet be taken back holds a key it touches', async () => {
    store.commit({ expect: [], writes: [{ op: 'set', space: 'meta', key: 'lock a', text: 'entry' }] });
    context('listener').set('a', 1);
    expect(commit()).toBe(false);
  });

  it('shows the same value for the whole run', async () => {
    await given({ a: 1 });
    const listener = context('listener');
    expect(listener.get('a')).toBe(1);
    await given({ a: 2 });
    expect(listener.get('a')).toBe(1);
  });

  it('reads lists with what it has appended, from both ends', async () => {
    await given({}, { l: [0, 1, 2] });
    const listener = context('listener');
    listener.push('l', 3);
    listener.push('l', 4);
    expect(listener.length('l')).toBe(5);
    expect(listener.range('l', 0, -1)).toEqual([0, 1, 2, 3, 4]);
    expect(listener.range('l', 2, 3)).toEqual([2, 3]);
    expect(listener.range('l', -2, -1)).toEqual([3, 4]);
    expect(listener.range('l', 3, 3)).toEqual([3]);
    expect(listener.range('l', 5, 9)).toEqual([]);
    expect(listener.range('l', -9, 0)).toEqual([0]);
    expect(commit()).toBe(true);
    expect(store.range('l', 0, -1)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('begins a list anew after deleting it', async () => {
    await given({}, { l: [0] });
    const listener = context('listener');
    listener.del('l');
    listener.push('l', 1);
    expect(listener.range('l', 0, -1)).toEqual([1]);
    expect(commit()).toBe(true);
    expect(store.range('l', 0, -1)).toEqual(['1']);
  });

  it('lists the keys as they will be', async () => {
    await given({ 'a:1': 1, 'a:2': 2, b: 3 });
    const listener = context('listener');
    listener.del('a:1');
    listener.set('a:3', 1);
    listener.set('c', 1);
    expect(listener.keys('a:*')).toEqual(['a:2', 'a:3']);
  });

  it('raises a number over what is there and over what it wrote', async () => {
    await given({ n: 5 });
    const listener = context('listener');
    listener.raise('n', 3);
    expect(listener.get('n')).toBe(5);
    listener.raise('n', 9);
    expect(listener.get('n')).toBe(9);
    expect(commit()).toBe(true);
    expect(store.get('data', 'n')).toBe('9');
  });

  it('counts at once, and does not stumble over its own counting', async () => {
    await given({ n: 5 });
    const listener = context('listener');
    listener.get('n');
    expect(listener.increment('n', 2)).toBe(7);
    expect(store.get('data', 'n')).toBe('7');
    listener.set('other', 1);
    expect(commit()).toBe(true);
  });

  it('knows how to take back what it set and deleted', async () => {
    await given({ a: 1, b: 2 }, { l: [0] });
    const listener = context('listener');
    listener.set('a', 10);
    listener.del('b');
    listener.set('c', 3);
    listener.push('l', 1);
    expect(await transaction.undo()).toEqual({
      texts: [
        ['a', '1', '10'],
        ['b', '2', null],
        ['c', null, '3'],
      ],
      lists: [['l', 1, 2]],
    });
  });

  it('cannot take back what it has written over a list', async () => {
    await given({}, { l: [1] });
    context('listener').set('l', 1);
    expect(await transaction.undo()).toBeUndefined();
  });

  it.each([
    ['read a list as a value', (c: RunContext) => c.get('list'), '"list"'],
    ['read a value as a list', (c: RunContext) => c.range('value', 0, -1), '"value"'],
    [
      'append to a value it wrote',
      (c: RunContext) => [c.set('x', 1), c.push('x', 1)],
      '"x" holds a plain value',
    ],
    [
      'raise what is no number',
      (c: RunContext) => [c.set('x', 'a'), c.raise('x', 1)],
      '"x" does not hold an integer',
    ],
    ['count what it wrote', (c: RunContext) => [c.set('x', 1), c.increment('x', 1)], '"x" was written'],
    [
      'send with a wrong value',
      (c: RunContext) => c.send({ type: 'T', key: 'k', data: 1, expect: -1 }),
      'expect',
    ],
  ])('tells the script when it tries to %s', async (_, misuse, message) => {
    await given({ value: 1 }, { list: [1] });
    const attempt = async () => misuse(context('listener'));
    await expect(attempt()).rejects.toThrow(HostError);
    await expect(attempt()).rejects.toThrow(message);
  });

  it('ends its handler when the store is away', async () => {
    store.get = () => {
      throw new StateStoreError('unavailable', 'gone');
    };
    await expect(async () => context('route').get('a')).rejects.toThrow(StateUnavailable);
  });

  it('refuses a handler that goes on after it is over', () => {
    const listener = context('listener');
    transaction.close();
    for (const call of [
      () => listener.get('a'),
      () => listener.set('a', 1),
      () => listener.send({ type: 'T', key: 'k', data: 1, expect: 'any' }),
    ])
      expect(call).toThrow(HandlerOver);
  });
});

describe('what a handler may do', () => {
  const send = (c: RunContext) => c.send({ type: 'T', key: 'k', data: {}, expect: 'seen' });
  const write = (c: RunContext) => c.set('a', 1);
  const count = (c: RunContext) => c.increment('n', 1);

  it.each(['projection', 'rebuild'] as const)('a %s may write but not send', (mode) => {
    write(context(mode));
    expect(() => send(context(mode))).toThrow(HostError);
  });

  it('a decision may send and count but not write', () => {
    const sends: Send[] = [];
    send(context('decision', sends));
    expect(sends).toHaveLength(1);
    expect(count(context('decision'))).toBe(1);
    for (const misuse of [write, (c: RunContext) => c.push('l', 1), (c: RunContext) => c.raise('n', 1)])
      expect(() => misuse(context('decision'))).toThrow('a decision only reads and sends');
  });

  it('a projection may not count: it would give another state when it is replayed', () => {
    expect(() => count(context('projection'))).toThrow(HostError);
    expect(store.get('data', 'n')).toBeUndefined();
  });

  it.each(['listener', 'receipt', 'route'] as const)('a %s may do both', (mode) => {
    write(context(mode));
    send(context(mode));
    expect(count(context(mode))).toBeGreaterThan(0);
  });

  it('what it sends inherits correlation and causation of the occasion', () => {
    const sends: Send[] = [];
    send(context('decision', sends));
    context('decision', sends).send({ type: 'T', key: 'k', data: 1, expect: 'any', correlation: 'own' });
    expect(sends).toMatchObject([
      { correlation: 'c', causation: 'e' },
      { correlation: 'own', causation: 'e' },
    ]);
  });
});
