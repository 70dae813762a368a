import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../common/recent-map.js';
import { Fifo } from './fifo.js';
import { Heap } from './heap.js';
import { Line, Place } from './line.js';
import { LowWater, type Mark } from './low-water.js';

describe('a heap', () => {
  it('gives its items by rank, also after some were swept out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.nat(10), (ranks, divisor) => {
        const heap = new Heap<number>((rank) => rank);
        for (const rank of ranks) heap.push(rank);
        heap.keep((rank) => rank % (divisor + 2) !== 0);
        const kept = ranks.filter((rank) => rank % (divisor + 2) !== 0).sort((a, b) => a - b);
        expect(Array.from(kept, () => heap.pop())).toEqual(kept);
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});

describe('a fifo', () => {
  it('gives its items in the order in which they came, and is cut from the first that matches', () => {
    const fifo = new Fifo<number>();
    for (let item = 1; item <= 6; item += 1) fifo.push(item);
    expect([fifo.shift(), fifo.shift()]).toEqual([1, 2]);
    expect(fifo.cutFrom((item) => item >= 5)).toEqual([5, 6]);
    expect([...fifo]).toEqual([3, 4]);
    expect(fifo.length).toBe(2);
    expect(fifo.cutFrom(() => false)).toEqual([]);
  });
});

describe('a line', () => {
  it('keeps the order of those who join, whoever leaves from the middle', () => {
    const line = new Line<string>();
    const other = new Line<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((item) => new Place(item)) as [
      Place<string>,
      Place<string>,
      Place<string>,
    ];
    for (const place of [a, b, c]) place.join(line);
    b.leave();
    b.leave();
    a.join(line);
    expect([...line]).toEqual(['c', 'a']);
    c.join(other);
    expect([[...line], [...other], line.length]).toEqual([['a'], ['c'], 1]);
  });
});

describe('a map of what is recent', () => {
  it('never holds more than its maximum, and never forgets the half used last', () => {
    const map = new RecentMap<number, string>(10);
    for (let key = 0; key < 100; key += 1) {
      map.set(key, `${key}`);
      map.get(0);
      expect(map.size).toBeLessThanOrEqual(10);
    }
    expect([map.get(0), map.get(99), map.get(96), map.get(50)]).toEqual(['0', '99', '96', undefined]);
  });

  it('does not forget what it has to keep', () => {
    const map = new RecentMap<number, { pinned: boolean }>(4, ({ pinned }) => pinned);
    const pinned = { pinned: true };
    map.set(-1, pinned);
    for (let key = 0; key < 50; key += 1) map.set(key, { pinned: false });
    expect(map.get(-1)).toBe(pinned);
    pinned.pinned = false;
    for (let key = 0; key < 50; key += 1) map.set(key, { pinned: false });
    expect(map.get(-1)).toBeUndefined();
  });
});

describe('a low-water mark', () => {
  it('is the lowest mark that has not ended, in whatever order they end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(10_000), { maxLength: 300 }), (ending) => {
        const marks: Mark[] = ending.map((position) => ({ position, time: 0, ended: false }));
        const water = new LowWater();
        for (const mark of marks) water.add(mark);
        for (const mark of marks) {
          const lowest = Math.min(...marks.filter(({ ended }) => !ended).map(({ position }) => position));
          expect(water.lowest()?.position).toBe(lowest);
          water.end(mark);
          water.end(mark);
        }
        expect(water.lowest()).toBeUndefined();
      }),
    );
  });
});
