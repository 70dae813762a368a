import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_DEPTH_MAX, JsonError, parseJsonExact } from './json.js';

function failure(text: string): JsonError {
  try {
    parseJsonExact(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe('exact JSON', () => {
  it('gives what JSON.parse gives wherever nothing is lost', () => {
    const anything = fc.jsonValue({ maxDepth: 5, noUnicodeString: false }).filter((value) => {
      const text = JSON.stringify(value);
      return !/\d{16}|e[+-]?\d/.test(text);
    });
    fc.assert(
      fc.property(anything, (value) => {
        const text = JSON.stringify(value);
        expect(parseJsonExact(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1.5e3',
    '150e-1',
    '1.0',
    '0.30000000000000004',
    '-0',
    '5e-324',
  ])('accepts %s', (text) => {
    expect(parseJsonExact(text)).toBe(JSON.parse(text));
  });

  it.each([
    ['{"amount":9007199254740992}', '.amount'],
    ['{"a":[1,{"b c":-9007199254740993}]}', '.a[1]["b c"]'],
    ['[1,2,1e400]', '[2]'],
    ['12345678901234567890', ''],
    [
      '{"id":"1234567890.1234567890","list":[{"x":1,"y":"}],\\""},{"amount":9007199254740990.9}]}',
      '.list[1].amount',
    ],
    ['{"a":0.99999999999999999999}', '.a'],
    ['{"a":1e-400}', '.a'],
    ['{"a":[10.00000000000000000001]}', '.a[0]'],
  ])('refuses the number in %s and names its place', (text, path) => {
    expect(failure(text)).toMatchObject({ code: 'number', path });
  });

  it('puts the place in front of the message', () => {
    expect(failure('{"amount":1e16}').message).toBe('.amount: the number is outside ±(2^53-1)');
    expect(failure('1e16').message).toBe('value: the number is outside ±(2^53-1)');
  });

  it('refuses what is no JSON', () => {
    expect(failure('{"a":}')).toMatchObject({ code: 'syntax', path: '' });
  });

  it('refuses nesting above the limit, and accepts the limit', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJsonExact(nested(JSON_DEPTH_MAX))).not.toThrow();
    expect(failure(nested(JSON_DEPTH_MAX + 1)).code).toBe('depth');
  });

  it('refuses half a surrogate pair', () => {
    expect(failure('{"note":"\\ud800"}')).toMatchObject({ code: 'text', path: '.note' });
  });
});
