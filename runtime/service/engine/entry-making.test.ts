import { expect, it } from 'vitest';
import { resolveSends } from './entry-making.js';
import { MarkChanges } from './mark-changes.js';

const send = { type: 'T', key: 'acc', data: {}, correlation: 'c', causation: undefined } as const;

/** What a send to `acc` says it has seen, while the event `acc` 13 is handled. */
async function seen(mark: string | undefined, pending = -1): Promise<number | undefined> {
  const marks = new MarkChanges({ text: async () => mark });
  const lazyMarks = { pending: () => pending } as unknown as Parameters<typeof resolveSends>[0]['lazyMarks'];
  const sends = [{ ...send, expect: 'seen' as const }];
  const [resolved] = await resolveSends({ lazyMarks }, sends, marks, { key: 'acc', value: 13 });
  return resolved?.value;
}

it.each([
  ['the event being handled', undefined, -1, 13],
  ['what is applied', '20', -1, 20],
  ['what is handled and not in the mark yet', '12', 15, 15],
  ['what its own service has applied ahead, once the event closes the gap', '12+14,15,17', -1, 15],
])('a send has seen %s', async (_, mark, pending, value) => {
  expect(await seen(mark, pending)).toBe(value);
});
