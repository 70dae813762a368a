import { describe, expect, it } from 'vitest';
import { searchOf } from '../search.js';
import { orderOf } from './order.js';

describe('an order to populate', () => {
  const typed = { seed: '0', users: ' 20 ', transfers: '500', rate: '' };

  it('is what was typed; without a rate as fast as it goes', () => {
    expect(orderOf(typed)).toEqual({ seed: 0, users: 20, transfers: 500 });
    expect(orderOf({ ...typed, rate: '50' })).toMatchObject({ rate: 50 });
  });

  it('is none while a field is wrong, and says which', () => {
    for (const users of ['', '0', '-3', '1.5', '1e3', '10001', 'many'])
      expect(orderOf({ ...typed, users })).toEqual({
        mistakes: { users: 'Enter a whole number from 1 to 10,000.' },
      });
  });
});

describe('an address of the observatory', () => {
  it('brings texts; a number is one, everything else is nothing', () => {
    const search = searchOf('q', 'key');
    expect(search({ q: 12, key: 'acc-1', other: 'x' })).toStrictEqual({ q: '12', key: 'acc-1' });
    expect(search({ q: '', key: ['a'] })).toStrictEqual({ q: undefined, key: undefined });
  });
});
