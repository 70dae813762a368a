import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAmount } from './amount.js';
import { formatMoney, plainMoney } from './money.js';

const problem = (text: string) => {
  const amount = parseAmount(text);
  return amount.ok ? amount.pence : amount.problem;
};

describe('an amount as it is typed', () => {
  it.each([
    ['12', 1200],
    ['12.5', 1250],
    ['12.', 1200],
    ['.05', 5],
    ['0.01', 1],
    [' £1,234.50 ', 123_450],
    ['£ 7', 700],
    ['+3', 300],
    ['0012.30', 1230],
    ['12.500', 1250],
    ['1.10', 110],
    ['90,071,992,547,409.91', Number.MAX_SAFE_INTEGER],
  ])('takes %j as %d pence', (text, pence) => expect(problem(text)).toBe(pence));

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['£', 'empty'],
    ['0', 'zero'],
    ['0.00', 'zero'],
    ['-0', 'zero'],
    ['-5', 'negative'],
    ['−£5.00', 'negative'],
    ['1.005', 'fraction'],
    ['0.001', 'fraction'],
    ['90071992547409.92', 'too-large'],
    ['9'.repeat(400), 'too-large'],
    ['ten', 'text'],
    ['1e3', 'text'],
    ['1,5', 'text'],
    ['1,2345', 'text'],
    ['12.50.1', 'text'],
    ['0x10', 'text'],
    ['.', 'text'],
    ['1 000', 'text'],
    ['NaN', 'text'],
    ['١٢', 'text'],
  ])('says what is wrong with %j: %s', (text, why) => expect(problem(text)).toBe(why));

  it('gives every mistake its own sentence', () => {
    const texts = ['', 'ten', '-1', '0', '1.001', '9'.repeat(20)];
    const messages = texts.map(parseAmount).map((amount) => (amount.ok ? '' : amount.message));
    expect(new Set(messages).size).toBe(texts.length);
  });

  it('reads back to the penny whatever money is written as, plain or dressed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (pence) => {
        expect(problem(plainMoney(pence))).toBe(pence);
        expect(problem(formatMoney(pence, { sign: true }))).toBe(pence);
      }),
    );
  });

  it('answers any text with a whole number of pence above zero or a reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,-+£ eE') }), (text) => {
        const amount = parseAmount(text);
        if (amount.ok) {
          expect(Number.isSafeInteger(amount.pence)).toBe(true);
          expect(amount.pence).toBeGreaterThan(0);
        } else expect(amount.message).not.toBe('');
      }),
    );
  });
});

describe('money as text', () => {
  it('has a sign where it is asked for, and always one when it is owed', () => {
    expect(formatMoney(123_405)).toBe('£1,234.05');
    expect(formatMoney(5, { sign: true })).toBe('+£0.05');
    expect(formatMoney(-300)).toBe('−£3.00');
    expect(formatMoney(0, { sign: true })).toBe('£0.00');
    expect(formatMoney(Number.MAX_SAFE_INTEGER)).toBe('£90,071,992,547,409.91');
  });
});
