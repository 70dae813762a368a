import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { isUuid, uuidV7Source } from './ids.js';
import { seededRandom, systemRandom } from './random.js';

describe('a source of UUIDs', () => {
  it('makes version 7 with the time in front', () => {
    const id = uuidV7Source({ now: () => 0x0123_4567_89ab }, seededRandom(1))();
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('grows in text order within a millisecond, also when its counter is used up', () => {
    const next = uuidV7Source({ now: () => 1000 }, seededRandom(1));
    const ids = Array.from({ length: 10_000 }, next);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('grows when the clock runs backwards', () => {
    const times = [5000, 4000, 4001, 5001, 1];
    const next = uuidV7Source({ now: () => times.shift() ?? 0 }, seededRandom(1));
    const ids = Array.from({ length: 5 }, next);
    expect(ids).toEqual([...ids].sort());
  });

  it('makes different ids in two processes that start at the same instant', () => {
    const clock = { now: () => 1000 };
    expect(uuidV7Source(clock, systemRandom)()).not.toBe(uuidV7Source(clock, systemRandom)());
  });

  it('makes what isUuid knows, at the time of the machine', () => {
    const before = systemClock.now();
    const id = uuidV7Source(systemClock, systemRandom)();
    expect(isUuid(id)).toBe(true);
    const stamp = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(stamp).toBeGreaterThanOrEqual(before);
    expect(stamp).toBeLessThanOrEqual(systemClock.now());
  });
});

describe('isUuid', () => {
  it('knows any version in either case', () => {
    expect(isUuid('00000000-0000-8000-8000-0000deadbeef')).toBe(true);
    expect(isUuid('6BA7B810-9DAD-11D1-80B4-00C04FD430C8')).toBe(true);
  });

  it.each([
    '',
    'x',
    '00000000-0000-8000-8000-0000deadbee',
    '00000000000080008000deadbeefdead',
    ' 00000000-0000-8000-8000-0000deadbeef',
    '00000000-0000-8000-8000-0000deadbeef\n',
  ])('refuses %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});
