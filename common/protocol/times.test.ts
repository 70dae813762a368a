import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRfc3339, rfc2822, rfc3339 } from './times.js';

const INSTANT = Date.UTC(2026, 10, 1, 9, 5, 7, 80);

describe('times', () => {
  it('are written by RFC 2822 in whole seconds with a numeric zone', () => {
    expect(rfc2822(INSTANT)).toBe('Sun, 01 Nov 2026 09:05:07 +0000');
  });

  it('are written by RFC 3339 with milliseconds', () => {
    expect(rfc3339(INSTANT)).toBe('2026-11-01T09:05:07.080Z');
  });

  it('read as they were written', () => {
    const instant = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(instant, (time) => {
        expect(parseRfc3339(rfc3339(time))).toBe(time);
        expect(Date.parse(rfc2822(time))).toBe(Math.floor(time / 1000) * 1000);
      }),
    );
  });

  it.each([
    ['2026-11-01T09:05:07Z', Date.UTC(2026, 10, 1, 9, 5, 7)],
    ['2026-11-01t09:05:07z', Date.UTC(2026, 10, 1, 9, 5, 7)],
    ['2026-11-01T09:05:07.5Z', Date.UTC(2026, 10, 1, 9, 5, 7, 500)],
    ['2026-11-01T09:05:07.123999999+00:00', Date.UTC(2026, 10, 1, 9, 5, 7, 123)],
    ['2026-11-01T11:35:07+02:30', Date.UTC(2026, 10, 1, 9, 5, 7)],
    ['2026-10-31T23:05:07-10:00', Date.UTC(2026, 10, 1, 9, 5, 7)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ])('%s is read', (text, time) => {
    expect(parseRfc3339(text)).toBe(time);
  });

  it.each([
    '',
    '*',
    '2026-11-01',
    '2026-11-01T09:05Z',
    '2026-11-01T09:05:07',
    '2026-11-01 09:05:07Z',
    '2026-11-01T09:05:07.Z',
    '2026-11-01T09:05:07+0000',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-11-31T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-01T24:00:00Z',
    '2026-11-01T00:60:00Z',
    '2026-11-01T00:00:60Z',
    '2026-11-01T00:00:00+24:00',
    '2026-11-01T00:00:00+00:60',
    '+02026-11-01T00:00:00Z',
    '2026-11-01T09:05:07Z\n',
    'Sun, 01 Nov 2026 09:05:07 +0000',
  ])('%j is refused', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });
});
