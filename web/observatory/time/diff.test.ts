import { describe, expect, it } from 'vitest';
import { differencesOf } from './diff.js';
import { pointOf } from './reads.js';

describe('what differs between two states', () => {
  it('is named by its path, and nothing else is', () => {
    const before = { id: 7, balance: 100, list: [{ n: 1 }, { n: 2 }], gone: null };
    const after = { id: 7, balance: 80, list: [{ n: 1 }, { n: 3 }, { n: 4 }], come: false };
    expect(differencesOf(before, after)).toEqual([
      { path: 'balance', before: 100, after: 80 },
      { path: 'list[1].n', before: 2, after: 3 },
      { path: 'list[2]', before: undefined, after: { n: 4 } },
      { path: 'gone', before: null, after: undefined },
      { path: 'come', before: undefined, after: false },
    ]);
  });

  it('is nothing between equals, and the whole between kinds', () => {
    expect(differencesOf({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([]);
    expect(differencesOf([], {})).toEqual([{ path: '', before: [], after: {} }]);
  });
});

describe('a point in an address', () => {
  it('stays within the log; what is no point is the other one', () => {
    expect(['12', '0', '900', 'x', '-1', '1e3', undefined].map((text) => pointOf(text, 100, 50))).toEqual([
      12, 0, 100, 50, 50, 50, 50,
    ]);
  });
});
