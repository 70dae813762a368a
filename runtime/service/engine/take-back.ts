import type { Commit, Expectation, Write } from '../../state/state-store.js';
import { lockOf } from './locks.js';
import { MarkChanges } from './mark-changes.js';
import { lower, parseMark } from './marks.js';
import { entryEnd, expectEntry, lockedKeys, type OpenEntry, openEntry } from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';
import type { DataUndo } from './transaction.js';

/**
 * What happens to an effect whose batch the bus has refused. It stands in the store already, so:
 *
 * - A projection stands rightly, whatever the bus says: only the decision is due again (`decisionDue`).
 * - The effect of a classic handler is taken back, with its mark, in one commit that expects every value to be still what the
 *   handler wrote (locks.ts sees to that); then it is as if it had never run (`takeBack`).
 * - With a receipt listener, that has the say (outbox.ts).
 */

/**
 * The entry stays, without sends, until the decision has run again.
 * @returns undefined if somebody else has finished the entry meanwhile
 */
export async function decisionDue(parts: LiveParts, open: OpenEntry): Promise<OpenEntry | undefined> {
  // What the decision has published it will publish again, or not.
  const { updates: _, ...kept } = open.entry;
  const due = openEntry(open.name, JSON.stringify({ ...kept, sends: [] }));
  const { done } = await parts.state.commit({ expect: [expectEntry(open)], writes: entryEnd(open, due) });
  return done ? due : undefined;
}

/**
 * @returns false if somebody else has finished the entry meanwhile
 * @throws CannotTakeBack; the entry stays
 */
export async function takeBack(parts: LiveParts, open: OpenEntry): Promise<boolean> {
  const { undo, event, answer } = open.entry;
  if (!undo) throw new CannotTakeBack(open);
  for (;;) {
    const marks = new MarkChanges(parts.state);
    const before = undo.mark;
    if (event && before !== undefined)
      await marks.change(event.key, (mark) => lower(mark, parseMark(before ?? undefined), event.value));
    const data = await dataBack(parts, undo);
    const committed = await parts.state.commit({
      expect: [expectEntry(open), ...data.expect, ...marks.expectations()],
      writes: [
        ...data.writes,
        ...marks.writes(),
        ...(answer === undefined ? [] : [del('answer', answer)]),
        ...entryEnd(open),
      ],
    });
    if (committed.done) {
      parts.counters.effects_taken_back++;
      parts.watch.changed([...marks.changed(), ...lockedKeys(open.entry).map(lockOf)]);
      return true;
    }
    if (committed.conflict.space === 'outbox') return false;
    if (committed.conflict.space === 'data') throw new CannotTakeBack(open);
  }
}

/** What was appended to a list goes by writing the rest anew; while the entry locks it, nobody else writes it. */
async function dataBack({ state }: LiveParts, { texts, lists }: DataUndo): Promise<Commit> {
  const expect: Expectation[] = texts.map(([key, , after]) => ({
    space: 'data',
    key,
    text: after ?? undefined,
  }));
  const writes: Write[] = texts.map(([key, before]) =>
    before === null ? del('data', key) : set(key, before),
  );
  for (const [key, before, after] of lists) {
    expect.push({ space: 'data', key, length: after });
    writes.push(del('data', key));
    if (before > 0) writes.push({ op: 'push', key, texts: await state.range(key, 0, before - 1) });
  }
  return { expect, writes };
}

/** The bus refused what a handler sent, and what it wrote stands. An operator has to look. */
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

function set(key: string, text: string): Write {
  return { op: 'set', space: 'data', key, text };
}

function del(space: 'data' | 'answer', key: string): Write {
  return { op: 'del', space, key };
}
