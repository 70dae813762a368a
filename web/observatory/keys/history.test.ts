import { describe, expect, it } from 'vitest';
import { event } from '../testing/things.js';
import { expectation, gapOf, keyRows } from './history.js';

const attempt = (after_value: number, time: string) => ({
  after_value,
  time,
  event_type: 'ConfirmedDebit',
  expect: 1,
  sender: 'accounts',
  session_id: 1,
});

describe('the history of a key', () => {
  const events = [0, 1, 2].map((value) => event(10 + value, { value }));

  it('shows a refused attempt behind the value that was the newest then', () => {
    const refused = [attempt(2, '3'), attempt(0, '2'), attempt(0, '1'), attempt(-1, '0')];
    const rows = keyRows(events, refused).map((row) =>
      row.kind === 'event' ? row.event.consistency.value : `refused ${row.attempt.time}`,
    );
    expect(rows).toEqual(['refused 0', 0, 'refused 1', 'refused 2', 1, 2, 'refused 3']);
  });

  it('of attempts alone is these', () => {
    expect(keyRows([], [attempt(-1, '1')])).toMatchObject([{ kind: 'refused' }]);
  });

  it('names the first value that is missing', () => {
    expect(gapOf(events)).toBeUndefined();
    expect(gapOf([])).toBeUndefined();
    expect(gapOf([events[0]!, events[2]!])).toBe(1);
  });
});

it('says in words what a refused attempt had taken for granted', () => {
  expect(expectation({ expect: { kind: 'exact', value: 1 } })).toBe('wanted to be value 1');
  expect(expectation({ expect: { kind: 'seen', value: 3 } })).toBe('had seen up to value 3');
  expect(expectation({ expect: { kind: 'seen', value: -1 } })).toBe('had seen none');
});
