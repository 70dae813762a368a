import { describe, expect, it } from 'vitest';
import type { Head } from './heads.js';
import { judge } from './judge.js';
import { LastOfType } from './last-of-type.js';
import { newEvent } from './testing/bench.js';

function head(value: number, lastOfType: Record<string, number> = {}): Head {
  return { value, lastOfType: new LastOfType(lastOfType), pending: 0 };
}

const values = (events: Parameters<typeof judge>[0], of: Head, types?: string[]) =>
  judge(events, () => of, types && { wants: (type) => types.includes(type) });

describe('the judgement of an event', () => {
  it('gives an implicit event the next value', () => {
    expect(values([newEvent('k')], head(-1))).toEqual([0]);
    expect(values([newEvent('k')], head(6))).toEqual([7]);
  });

  it('accepts an exact value only if it is the next one', () => {
    for (const [value, accepted] of [
      [6, -1],
      [7, 7],
      [8, -1],
    ] as const)
      expect(values([newEvent('k', { value })], head(6))).toEqual([accepted]);
  });

  it('lets exact values of one batch count each other, and the implicit ones between', () => {
    const batch = [newEvent('k', { value: 7 }), newEvent('k'), newEvent('k', { value: 9 })];
    expect(values(batch, head(6))).toEqual([7, 8, 9]);
  });

  it('does not count an event of the batch that was not accepted', () => {
    expect(values([newEvent('k', { value: 3 }), newEvent('k', { value: 7 })], head(6))).toEqual([-1, 7]);
  });

  it('refuses "seen" if an event of a type that the sender asks for stands above it', () => {
    const state = head(6, { Deposited: 4, Noted: 6 });
    expect(values([newEvent('k', { seen: 3 })], state, ['Deposited'])).toEqual([-1]);
    expect(values([newEvent('k', { seen: 4 })], state, ['Deposited'])).toEqual([7]);
    expect(values([newEvent('k', { seen: 4 })], state, ['Deposited', 'Noted'])).toEqual([-1]);
    expect(values([newEvent('k', { seen: -1 })], state, ['Other'])).toEqual([7]);
  });

  it('takes every type into account for a sender without a subscription', () => {
    const state = head(6, { Deposited: 4, Noted: 6 });
    expect(values([newEvent('k', { seen: 5 })], state)).toEqual([-1]);
    expect(values([newEvent('k', { seen: 6 })], state)).toEqual([7]);
    expect(values([newEvent('k', { seen: -1 })], head(-1))).toEqual([0]);
  });

  it('lets no batch contradict itself: "seen" is judged against the key before it', () => {
    const batch = [newEvent('k', { seen: 6 }), newEvent('k', { seen: 6 })];
    expect(values(batch, head(6, { Deposited: 6 }))).toEqual([7, 8]);
  });
});
