import { describe, expect, it } from 'vitest';
import { service } from '../testing/things.js';
import { lengthOf, secondsOwed, warningsOf } from './measures.js';

const texts = (...of: Parameters<typeof warningsOf>) => warningsOf(...of).map(({ text }) => text);
const sick = (reason: string) => [
  { client_type: 'accounts', url: 'http://h:1', healthy: false, reason },
  { client_type: 'users', url: 'http://h:2', healthy: false, reason: 'away' },
];

describe('what a service owes in seconds', () => {
  it('is what the present rate says, and unknown while nothing moves', () => {
    expect(secondsOwed(service({ owed: 90, acknowledged_per_second: 30 }))).toBe(3);
    expect(secondsOwed(service({ owed: 90 }))).toBeUndefined();
    expect(secondsOwed(service())).toBe(0);
  });
});

describe('what is wrong with a service', () => {
  it('is nothing when all is well, whatever ails others', () => {
    expect(texts(service(), sick('x').slice(1))).toEqual([]);
  });

  it('is told, the worst first', () => {
    expect(texts(service({ instances: [], parked: 2, owed: 5 }), [])).toEqual([
      'No instance: what it is owed waits',
      '2 parked',
    ]);
  });

  it('is what it does not get any more, since another registration has taken it out', () => {
    const changed = { time: '2026-11-21T12:00:00Z', before: ['A', 'B'] };
    expect(texts(service({ subscription_changed: { ...changed, dropped: ['B'] } }), [])).toEqual([
      'Gets no B any more',
    ]);
    expect(texts(service({ subscription_changed: { ...changed, dropped: [] } }), [])).toEqual([]);
  });

  it('tells a rebuild from an instance that does not answer', () => {
    expect(texts(service(), sick('rebuilding, 40 %'))).toEqual(['Rebuilding: rebuilding, 40 %']);
    expect(texts(service(), sick('nothing answers'))).toEqual(['1 not healthy']);
  });

  it('is that nothing moves, once the oldest has waited for long', () => {
    expect(texts(service({ owed: 1, oldest_age_ms: 500 }), [])).toEqual([]);
    expect(texts(service({ owed: 1, oldest_age_ms: 60_000 }), [])).toEqual(['Nothing moves']);
    expect(texts(service({ owed: 1, oldest_age_ms: 60_000, acknowledged_per_second: 1 }), [])).toEqual([]);
  });
});

it.each([
  [3, '3 ms'],
  [1500, '1.5 s'],
  [45_000, '45 s'],
  [600_000, '10 min'],
  [36_000_000, '10 h'],
])('%i ms are written as %s', (ms, text) => {
  expect(lengthOf(ms)).toBe(text);
});
