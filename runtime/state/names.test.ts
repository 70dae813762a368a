import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, stateName } from './names.js';

describe('Names of states', () => {
  it('leave ordinary client types as they are', () => {
    expect(stateName('accounts')).toBe('accounts');
    expect(stateName('Loyalty_2-b.c')).toBe('Loyalty_2-b.c');
  });

  it('are different for different client types, and are one step below a directory', () => {
    const clientType = fc.string({ unit: fc.constantFrom(...'aA.:%/\\~*é '), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(clientType, clientType, (one, other) => {
        expect(stateName(one) === stateName(other)).toBe(one === other);
        expect(stateName(one)).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/);
      }),
    );
  });
});

describe('The order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'é', '\uE000', '\uFFFD', '\u{10000}', '\u{1F600}'),
      maxLength: 5,
    });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(Math.sign(compareKeys(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
      }),
    );
  });
});
