import type { Expectation, Write } from '../../state/state-store.js';
import { MarkChanges } from './mark-changes.js';
import { lower, parseMark, released } from './marks.js';
import {
  claimedKeys,
  dropEntry,
  entryWrite,
  expectEntry,
  type OpenEntry,
  openEntry,
} from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';

/**
 * What happens to an effect whose batch the bus has refused. It stands in the store already, so:
 *
 * - A projection stands rightly, whatever the bus says: only the decision is due again (`decisionDue`).
 * - The effect of a classic handler is taken back, with its mark, in one commit that expects every value to be still what the
 *   handler wrote; then it is as if it had never run (`takeBack`).
 */

/**
 * The entry stays, without sends and claims, until the decision has run again.
 * @returns undefined if somebody else has finished the entry meanwhile
 */
export async function decisionDue(parts: LiveParts, open: OpenEntry): Promise<OpenEntry | undefined> {
  for (;;) {
    const marks = await withoutClaims(parts, open);
    const due = openEntry(open.name, JSON.stringify({ ...open.entry, sends: [] }));
    const committed = await parts.state.commit({
      expect: [expectEntry(open), ...marks.expectations()],
      writes: [...marks.writes(), entryWrite(due)],
    });
    if (committed.done) {
      parts.watch.moved(marks.keys());
      return due;
    }
    if (committed.conflict.space === 'outbox') return undefined;
  }
}

/**
 * @returns false if somebody else has finished the entry meanwhile
 * @throws CannotTakeBack; then the entry stays, without its claims
 */
export async function takeBack(parts: LiveParts, open: OpenEntry): Promise<boolean> {
  const { undo, event, answer } = open.entry;
  if (!undo) return giveUp(parts, open);
  for (;;) {
    const marks = await withoutClaims(parts, open);
    const before = undo.mark;
    if (event && before !== undefined)
      await marks.change(event.key, (mark) => lower(mark, parseMark(before ?? undefined), event.value));
    const committed = await parts.state.commit({
      expect: [
        expectEntry(open),
        ...undo.data.map(([key, , after]): Expectation => ({ space: 'data', key, text: after ?? undefined })),
        ...marks.expectations(),
      ],
      writes: [
        ...undo.data.map(([key, text]): Write => (text === null ? del('data', key) : set('data', key, text))),
        ...marks.writes(),
        ...(answer === undefined ? [] : [del('answer', answer)]),
        dropEntry(open),
      ],
    });
    if (committed.done) {
      parts.counters.effects_taken_back++;
      parts.watch.moved(marks.keys());
      return true;
    }
    if (committed.conflict.space === 'outbox') return false;
    if (committed.conflict.space === 'data') return giveUp(parts, open);
  }
}

/** The bus refused what a handler decided, and others have built on what it wrote. An operator has to look. */
export class CannotTakeBack extends Error {
  constructor({ name, entry }: OpenEntry) {
    const types = entry.sends.map(({ type, key }) => `${type} (${key})`).join(', ');
    super(
      `the bus refused ${types}, and what the handler wrote with it cannot be taken back (outbox entry ${name}); ` +
        'a receipt listener, or a projection and a decision, would avoid this',
    );
    this.name = 'CannotTakeBack';
  }
}

/** Lets others decide about the keys again. */
async function giveUp(parts: LiveParts, open: OpenEntry): Promise<never> {
  const marks = await withoutClaims(parts, open);
  // Losing this race is no harm: the next one to meet the entry ends the claims.
  await parts.state.commit({ expect: [expectEntry(open), ...marks.expectations()], writes: marks.writes() });
  parts.watch.moved(marks.keys());
  throw new CannotTakeBack(open);
}

async function withoutClaims({ state }: LiveParts, open: OpenEntry): Promise<MarkChanges> {
  const marks = new MarkChanges(state);
  for (const key of claimedKeys(open.entry)) await marks.change(key, (mark) => released(mark, open.name));
  return marks;
}

function set(space: 'data', key: string, text: string): Write {
  return { op: 'set', space, key, text };
}

function del(space: 'data' | 'answer', key: string): Write {
  return { op: 'del', space, key };
}
