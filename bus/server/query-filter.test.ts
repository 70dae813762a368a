import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../common/protocol/limits.js';
import { ConditionError, cursorPosition, readFilterOf } from './query-filter.js';

const T = '2026-01-31T12:00:00.000Z';

describe('the filter of a query', () => {
  it('asks for every type if one of the types is *', () => {
    expect(readFilterOf({ event_types: ['A', '*'] }, DEFAULT_LIMITS).eventTypes).toBeUndefined();
    expect(readFilterOf({ event_types: ['A'] }, DEFAULT_LIMITS).eventTypes).toEqual(['A']);
  });

  it('reads `since` as later than, `until` as up to and including', () => {
    const filter = readFilterOf({ event_types: ['*'], since: T, until: T }, DEFAULT_LIMITS);
    expect(filter.since).toBe(Date.parse(T) + 1);
    expect(filter.until).toBe(Date.parse(T));
  });

  it('reads `since: "*"` as the beginning', () => {
    expect(readFilterOf({ event_types: ['*'], since: '*' }, DEFAULT_LIMITS).since).toBeUndefined();
  });

  it('never reads more than the limit of the bus at once', () => {
    const { queryLimitMax } = DEFAULT_LIMITS;
    expect(readFilterOf({ event_types: ['*'], limit: 1e9 }, DEFAULT_LIMITS).limit).toBe(queryLimitMax);
    expect(readFilterOf({ event_types: ['*'], limit: 7 }, DEFAULT_LIMITS).limit).toBe(7);
  });

  it.each([
    ['since', 'yesterday'],
    ['until', '2026-02-30T12:00:00Z'],
    ['after', '-1'],
    ['after', 'abc'],
  ])('names the field %s if it is %s', (field, value) => {
    expect(() => readFilterOf({ event_types: ['*'], [field]: value }, DEFAULT_LIMITS)).toThrow(
      expect.objectContaining({ name: ConditionError.name, field }),
    );
  });

  it('takes a cursor as the position it stands for', () => {
    expect(cursorPosition('after', '42')).toBe(42);
  });
});
