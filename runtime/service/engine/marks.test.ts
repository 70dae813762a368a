import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, formatMark, lower, type Mark, parseMark, raise, raiseAhead } from './marks.js';

const values = fc.integer({ min: 0, max: 30 });
/** A mark as it comes about: raised in lane order and ahead, in any mixture. */
const marks = fc
  .array(fc.record({ value: values, inOrder: fc.boolean() }))
  .map((steps) =>
    steps.reduce<Mark>(
      (mark, { value, inOrder }) => (inOrder ? raise(mark, value) : raiseAhead(mark, value)),
      parseMark(undefined),
    ),
  );
const covered = (mark: Mark) => Array.from({ length: 32 }, (_, value) => covers(mark, value));

describe('an applied mark', () => {
  it('is written as people read it', () => {
    expect(formatMark(raiseAhead(raiseAhead(raise(parseMark(undefined), 12), 15), 14))).toBe('12+14,15');
    expect(formatMark(parseMark(undefined))).toBe('-1');
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(marks, (mark) => {
        expect(parseMark(formatMark(mark))).toEqual(mark);
      }),
    );
  });

  it.each(['', 'x', '1.5', '1+', '+1', '1+2,', '-2', '1 2'])('does not read %j', (text) => {
    expect(() => parseMark(text)).toThrow('not an applied mark');
  });

  it('covers nothing of a key without events', () => {
    expect(covers(parseMark(undefined), 0)).toBe(false);
  });

  it('raised in lane order covers everything up to the value, and what it covered before', () => {
    fc.assert(
      fc.property(marks, values, (mark, value) => {
        const before = covered(mark);
        expect(covered(raise(mark, value))).toEqual(before.map((is, n) => is || n <= value));
      }),
    );
  });

  it('raised ahead covers exactly one value more', () => {
    fc.assert(
      fc.property(marks, values, (mark, value) => {
        const before = covered(mark);
        expect(covered(raiseAhead(mark, value))).toEqual(before.map((is, n) => is || n === value));
      }),
    );
  });

  it('keeps what is ahead ascending, and closes gaps', () => {
    fc.assert(
      fc.property(marks, ({ upTo, ahead }) => {
        expect(ahead).toEqual([...new Set(ahead)].sort((a, b) => a - b));
        expect(ahead.every((value) => value > upTo + 1)).toBe(true);
      }),
    );
  });

  it('taken back covers what it covered before, and what was marked ahead since, but not the value', () => {
    fc.assert(
      fc.property(marks, fc.array(values), (before, sinceThen) => {
        const value = before.upTo + 1 + ((before.ahead[0] ?? 1) % 3);
        fc.pre(!covers(before, value));
        const later = sinceThen.filter((other) => other !== value);
        const raised = later.reduce(raiseAhead, raise(before, value));
        expect(covered(lower(raised, before, value))).toEqual(
          covered(before).map((is, n) => is || (later.includes(n) && n > value)),
        );
      }),
    );
  });
});
