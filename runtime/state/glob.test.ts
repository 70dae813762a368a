import fc from 'fast-check';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { redisForTests } from '../../test/support/redis.js';
import { compileGlob, literalPrefix } from './glob.js';

const redis = await redisForTests();

describe('Glob patterns', () => {
  it.each([
    ['*', ['', 'a', 'é'], []],
    ['a*', ['a', 'ab'], ['', 'ba']],
    ['*a*b', ['ab', 'xaxbxb'], ['a', 'ba', 'abx']],
    ['a?c', ['abc', 'a😀c'], ['ac', 'abbc']],
    ['[a-c]', ['a', 'b', 'c'], ['d', '', 'ab']],
    ['[c-a]', ['b'], ['d']],
    ['[^a]', ['b', '^'], ['a', '']],
    ['[a\\]b]', ['a', ']', 'b'], ['\\']],
    ['[]', [], ['', 'a', ']']],
    ['[ab', ['a', 'b'], ['c', '[ab']],
    ['\\*\\?\\[', ['*?['], ['abc']],
    ['a\\', ['a\\'], ['a']],
    ['é', ['é'], ['e']],
    ['', [''], ['a']],
  ])('%j matches %j and not %j', (pattern, fitting, others) => {
    const matches = compileGlob(pattern);
    expect(fitting.filter((text) => !matches(text))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  it('take no more time for many stars', () => {
    expect(compileGlob(`${'*a'.repeat(40)}b`)('a'.repeat(20_000))).toBe(false);
  });

  it('tell what every match begins with', () => {
    expect(literalPrefix('acc-*')).toBe('acc-');
    expect(literalPrefix('a\\*b?')).toBe('a*b');
    expect(literalPrefix('[a]b')).toBe('');
    expect(literalPrefix('plain')).toBe('plain');
  });

  it.skipIf(redis === undefined)('mean what they mean to Redis', { timeout: 60_000 }, async () => {
    const client = new Redis(await redis!.database());
    const characters = (alphabet: string, maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength });
    try {
      await fc.assert(
        fc.asyncProperty(
          characters('ab-*?[]^\\', 8),
          fc.uniqueArray(
            characters('ab-^]', 4).filter((text) => text !== ''),
            { minLength: 1, maxLength: 12 },
          ),
          async (pattern, keys) => {
            await client.flushdb();
            await client.mset(keys.flatMap((key) => [key, '1']));
            const expected = (await client.keys(pattern)).sort();
            expect(keys.filter(compileGlob(pattern)).sort()).toEqual(expected);
            expect(expected.filter((key) => !key.startsWith(literalPrefix(pattern)))).toEqual([]);
          },
        ),
        { numRuns: 1500 },
      );
    } finally {
      client.disconnect();
    }
  });
});
