import type { Send } from './context.js';
import type { MarkChanges } from './mark-changes.js';
import { claimed } from './marks.js';
import {
  batchId,
  claimedKeys,
  type EntryEvent,
  type EntrySend,
  entrySend,
  type OpenEntry,
  type OutboxEntry,
  type Undo,
} from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';

/**
 * Sends with what is known here of their keys: the applied mark, what is handled and not yet in the mark, and at least the
 * event being handled, for its own key.
 */
export async function resolveSends(
  { lazyMarks }: Pick<LiveParts, 'lazyMarks'>,
  sends: readonly Send[],
  marks: MarkChanges,
  event: Pick<EntryEvent, 'key' | 'value'> | undefined,
): Promise<EntrySend[]> {
  const seen = new Map<string, number>();
  for (const { key } of sends.filter(({ expect }) => expect === 'seen')) {
    const handled = event?.key === key ? event.value : -1;
    seen.set(key, Math.max((await marks.read(key)).upTo, lazyMarks.pending(key), handled));
  }
  return sends.map((send) => entrySend(send, (key) => seen.get(key) ?? -1));
}

/** An entry to be committed; its claims go into `marks`. A key that another entry claims is left to it. */
export async function makeEntry(
  parts: Pick<LiveParts, 'clock'>,
  entry: {
    readonly name: string;
    readonly number: number;
    readonly sends: readonly EntrySend[];
    readonly event: EntryEvent | undefined;
    readonly undo?: Undo | undefined;
    readonly answer?: string | undefined;
  },
  marks: MarkChanges,
): Promise<OpenEntry> {
  const { name, number, sends, event, undo, answer } = entry;
  const made: OutboxEntry = {
    batch: batchId(name, number),
    since: new Date(parts.clock.now()).toISOString(),
    sends,
    ...(event && { event }),
    ...(undo && { undo }),
    ...(answer !== undefined && { answer }),
  };
  for (const key of claimedKeys(made))
    await marks.change(key, (mark) => (mark.claim === undefined ? claimed(mark, name) : mark));
  return { name, text: JSON.stringify(made), entry: made };
}
