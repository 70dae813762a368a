import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareCodePoints } from './code-points.js';

it('texts are ordered as their UTF-8 bytes are', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compareCodePoints('\u{1F600}', '\uFB01')).toBeGreaterThan(0);
});
