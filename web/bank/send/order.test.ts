import { describe, expect, it } from 'vitest';
import { accountNumber, EMPTY_ORDER, readOrder } from './order.js';

const typed = { from: '1', to: ' 2 ', amount: '£12.50', note: '  for lunch ' };

describe('what is typed on the Send page', () => {
  it('is an order in whole pence, without a note that says nothing', () => {
    expect(readOrder(typed)).toEqual({
      ok: true,
      order: { from: 1, to: 2, amount: 1250, note: 'for lunch' },
    });
    expect(readOrder({ ...typed, note: '  ' })).toEqual({
      ok: true,
      order: { from: 1, to: 2, amount: 1250 },
    });
  });

  it('says of every field what is wrong with it', () => {
    const mistakes = (change: object) => {
      const read = readOrder({ ...typed, ...change });
      return read.ok ? [] : Object.keys(read.mistakes);
    };
    expect(mistakes(EMPTY_ORDER)).toEqual(['from', 'to', 'amount']);
    expect(mistakes({ to: 'bob' })).toEqual(['to']);
    expect(mistakes({ to: '1' })).toEqual(['to']);
    expect(mistakes({ amount: '0' })).toEqual(['amount']);
  });

  it.each(['', '0', '-1', '1.5', '1e3', 'seven', '1234567890123456'])('takes %j for no account', (text) => {
    expect(accountNumber(text)).toBeUndefined();
  });
});
