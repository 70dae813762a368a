import { expect, it } from 'vitest';
import type { ServiceView } from '../core/types.js';
import { Rates } from './rates.js';

function services(acknowledgedCount: number): ServiceView[] {
  const instance = { sessionId: 7, info: undefined, keys: 0, inFlight: 0, draining: false, since: 0 };
  return [
    {
      clientType: 'a',
      eventTypes: ['*'],
      changed: undefined,
      owed: 0,
      oldestOwed: undefined,
      acknowledged: 0,
      parked: 0,
      redelivered: 0,
      instances: [{ ...instance, acknowledgedCount }],
    },
  ];
}

it('approaches a steady rate and falls back to nothing', () => {
  const rates = new Rates();
  for (let second = 0; second < 20; second += 1) rates.sample(second * 1000, services(second * 50));
  expect(rates.of(7)).toBeCloseTo(50, 0);
  for (let second = 20; second < 60; second += 1) rates.sample(second * 1000, services(19 * 50));
  expect(rates.of(7)).toBe(0);
});

it('forgets a session that is gone', () => {
  const rates = new Rates();
  rates.sample(0, services(0));
  rates.sample(1000, services(100));
  expect(rates.of(7)).toBeGreaterThan(0);
  rates.sample(2000, []);
  expect(rates.of(7)).toBe(0);
});
