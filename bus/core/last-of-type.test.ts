import { describe, expect, it } from 'vitest';
import { LastOfType } from './last-of-type.js';

const any = () => true;
const only = (wanted: string) => (type: string) => type === wanted;

describe('the newest values per type', () => {
  it('are kept for each type, whichever came first, and never go back', () => {
    const last = new LastOfType();
    expect(last.newest(any)).toBe(-1);
    for (const [type, value] of [
      ['A', 0],
      ['B', 1],
      ['A', 2],
      ['C', 3],
      ['A', 1],
      ['B', 0],
    ] as const)
      last.raise(type, value);
    expect(['A', 'B', 'C', 'D'].map((type) => last.newest(only(type)))).toEqual([2, 1, 3, -1]);
    expect(last.newest(any)).toBe(3);
  });

  it('go on from what is known, also of a type that is called like a part of every object', () => {
    const last = new LastOfType(Object.fromEntries([['__proto__', 4]]));
    last.raise('constructor', 2);
    expect([last.newest(only('__proto__')), last.newest(only('constructor'))]).toEqual([4, 2]);
  });
});
