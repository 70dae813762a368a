import { describe, expect, it } from 'vitest';
import { isUuid } from '../ids.js';
import { correlationIdOf, correlationOf } from './correlation.js';

describe('a correlation', () => {
  it('[P33] has as its number the last eight digits of the UUID', () => {
    expect(correlationIdOf('01994d00-0000-7000-8000-1234deadbeef')).toBe(0xdeadbeef);
    expect(correlationIdOf('01994D00-0000-7000-8000-1234DEADBEEF')).toBe(0xdeadbeef);
  });

  it.each([0, 1, 255, 0x80000000, 0xffffffff])(
    '[P33] that brings only the number %d gets a UUID with that number',
    (id) => {
      expect(isUuid(correlationOf(id))).toBe(true);
      expect(correlationOf(id)).toMatch(/^00000000-0000-8000-8000-0000/);
      expect(correlationIdOf(correlationOf(id))).toBe(id);
    },
  );
});
