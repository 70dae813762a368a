/** The short form of `npm run fuzz`, and that the fuzzer finds what it should. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClientMessage } from '../../common/protocol/codec.js';
import { pick } from './mutate.js';
import { fuzz, inputOf, replayCommand } from './run.js';
import type { Target } from './target.js';
import { MESSAGES } from './targets/messages.js';
import { TARGETS } from './targets.js';

const SHORT: Readonly<Record<string, number>> = {
  codec: 10_000,
  frames: 1500,
  'bus-http': 800,
  'service-http': 400,
  scripts: 400,
  state: 100,
};

describe('wrong input breaks no promise', () => {
  it.each(Object.keys(TARGETS))('%s', { timeout: 120_000 }, async (name) => {
    const finding = await fuzz(TARGETS[name]!, { seed: 7, first: 0, inputs: SHORT[name]! });
    expect(
      finding && { ...finding, again: replayCommand(finding), input: finding.input?.toString('latin1') },
    ).toBeUndefined();
  });

  it('any JSON in any field of a message is understood or refused with a reason', () => {
    const message = fc
      .constantFrom(...MESSAGES)
      .chain((right) =>
        fc
          .tuple(fc.constantFrom(...Object.keys(right)), fc.jsonValue({ maxDepth: 4 }))
          .map(([field, value]) => ({ ...right, [field]: value })),
      );
    fc.assert(
      fc.property(message, (wrong) => {
        const decoded = decodeClientMessage(JSON.stringify(wrong));
        return decoded.ok || decoded.message.length > 0;
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

describe('the fuzzer', () => {
  const fragile = (breaks: (input: Buffer) => boolean): Target => ({
    name: 'fragile',
    share: 1,
    input: (random) =>
      Buffer.from(Array.from({ length: 20 + random.int(20) }, () => pick(random, [...'abcdef'])).join('')),
    open: async () => ({
      try: async (input) => {
        if (breaks(input)) throw new Error('broken');
      },
      check: async () => undefined,
      close: async () => undefined,
    }),
  });

  it('finds an input that breaks its target, makes it small, and says how to do it again', async () => {
    const target = fragile((input) => input.includes('abc'));
    const finding = await fuzz(target, { seed: 3, first: 10, inputs: 1000 });
    expect(finding).toMatchObject({ target: 'fragile', count: 1, what: expect.stringContaining('broken') });
    expect(finding!.input!.toString()).toBe('abc');
    expect(replayCommand(finding!)).toBe(
      `npm run fuzz -- --target fragile --seed 3 --first ${finding!.first} --inputs 1`,
    );
    expect(await fuzz(target, { seed: 3, first: finding!.first, inputs: 1 })).toMatchObject({
      first: finding!.first,
    });
  });

  it('names the inputs since the last check when it is those beside it who suffer', async () => {
    let seen = 0;
    const target: Target = {
      ...fragile(() => false),
      open: async () => ({
        try: async () => {
          seen += 1;
        },
        check: async () => {
          if (seen > 250) throw new Error('the good client waits');
        },
        close: async () => undefined,
      }),
    };
    expect(await fuzz(target, { seed: 1, first: 0, inputs: 1000 })).toMatchObject({
      first: 200,
      count: 200,
      input: undefined,
    });
  });

  it('makes the same input of the same number, and others of others', () => {
    for (const target of Object.values(TARGETS)) {
      const inputs = Array.from({ length: 20 }, (_, number) => inputOf(target, 5, number).toString('latin1'));
      expect(inputs).toEqual(inputs.map((_, number) => inputOf(target, 5, number).toString('latin1')));
      expect(new Set(inputs).size).toBeGreaterThan(10);
    }
  });
});
