import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packPositions, unpackPositions } from './positions.js';

it('packed positions come back as they were, however far apart', () => {
  const ascending = fc.uniqueArray(fc.nat(Number.MAX_SAFE_INTEGER)).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(ascending, (list) => {
      expect([...unpackPositions(packPositions(list))]).toEqual(list);
    }),
  );
});

it('neighbouring positions take one byte each', () => {
  const list = Array.from({ length: 100 }, (_, n) => 5_000_000 + n);
  expect(packPositions(list).length).toBeLessThanOrEqual(104);
});
