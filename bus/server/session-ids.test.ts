import { expect, it } from 'vitest';
import { SESSIONS_PER_INCARNATION, SessionIds } from './session-ids.js';

it('counts within the incarnation', () => {
  const ids = new SessionIds(3, () => Promise.resolve());
  expect([ids.take(), ids.take()]).toEqual([
    3 * SESSIONS_PER_INCARNATION + 1,
    3 * SESSIONS_PER_INCARNATION + 2,
  ]);
});

it('goes on in the next incarnation once that is recorded, before the ids run out', async () => {
  const begun: number[] = [];
  const ids = new SessionIds(1, async (incarnation) => {
    begun.push(incarnation);
  });
  for (let n = 1; n < SESSIONS_PER_INCARNATION / 2; n += 1) ids.take();
  expect(begun).toEqual([]);
  ids.take();
  await Promise.resolve();
  expect(begun).toEqual([2]);
  await Promise.resolve();
  expect(ids.take()).toBe(2 * SESSIONS_PER_INCARNATION + 1);
});

it('gives out nothing twice while the next incarnation cannot be recorded', () => {
  const ids = new SessionIds(1, () => new Promise(() => undefined));
  let last = 0;
  for (let id = ids.take(); id !== undefined; id = ids.take()) last = id;
  expect(last).toBe(2 * SESSIONS_PER_INCARNATION - 1);
  expect(ids.take()).toBeUndefined();
});
