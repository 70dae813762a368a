import { describe, expect, it } from 'vitest';
import { alternate, median, medianRatio, percentile, withSpread } from './statistics.js';

describe('the numbers of several rounds', () => {
  it('have the middle number as their median, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
  });

  it('are sorted as numbers, not as texts', () => {
    expect(median([100, 9, 20])).toBe(20);
    expect(percentile([100, 9, 20], 0)).toBe(9);
  });

  it('have a percentile that is one of them, the largest at the end', () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n + 1);
    expect(percentile(numbers, 0.5)).toBe(51);
    expect(percentile(numbers, 0.99)).toBe(100);
    expect(percentile(numbers, 1)).toBe(100);
  });

  it('are shown with lowest and highest, and alone if there is one', () => {
    expect(withSpread([3000, 1000, 2000])).toBe('2,000 (1,000–3,000)');
    expect(withSpread([1.234], 1)).toBe('1.2');
  });

  it('are compared round by round, so that a slow round of both changes nothing', () => {
    expect(medianRatio([100, 10, 50], [200, 20, 100])).toBe(0.5);
  });

  it('come from subjects that are measured in turn', async () => {
    const order: string[] = [];
    const subject = (name: string) => async () => order.push(name);
    const outcomes = await alternate(2, { a: subject('a'), b: subject('b') });
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(outcomes).toEqual({ a: [1, 3], b: [2, 4] });
  });
});
