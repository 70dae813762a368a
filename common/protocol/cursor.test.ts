import { describe, expect, it } from 'vitest';
import { cursorOf, positionOf } from './cursor.js';

describe('a cursor', () => {
  it.each([0, 1, 42, Number.MAX_SAFE_INTEGER])('names the position %d', (position) => {
    expect(positionOf(cursorOf(position))).toBe(position);
  });

  it.each([
    '',
    '*',
    '-1',
    '01',
    '1.0',
    '1e3',
    ' 1',
    '1\n',
    '0x1',
    '9007199254740992',
    '99999999999999999999',
  ])('is not %j', (text) => {
    expect(positionOf(text)).toBeUndefined();
  });
});
