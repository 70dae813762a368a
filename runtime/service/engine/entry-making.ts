import type { Update } from '../types.js';
import type { Send } from './context.js';
import type { MarkChanges } from './mark-changes.js';
import { raise } from './marks.js';
import {
  batchId,
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
    const mark = await marks.read(key);
    // The event being handled closes the gap to what was marked ahead of it.
    const known = event?.key === key ? raise(mark, event.value) : mark;
    seen.set(key, Math.max(known.upTo, lazyMarks.pending(key)));
  }
  return sends.map((send) => entrySend(send, (key) => seen.get(key) ?? -1));
}

/** An entry to be committed. */
export function makeEntry(
  parts: Pick<LiveParts, 'clock' | 'ids'>,
  entry: {
    readonly name: string;
    readonly sends: readonly EntrySend[];
    readonly event: EntryEvent | undefined;
    readonly undo?: Undo | undefined;
    readonly updates?: readonly Update[];
    readonly answer?: string | undefined;
  },
): OpenEntry {
  const { name, sends, event, undo, updates = [], answer } = entry;
  const made: OutboxEntry = {
    batch: batchId(name, parts.ids()),
    since: new Date(parts.clock.now()).toISOString(),
    sends,
    ...(event && { event }),
    ...(undo && { undo }),
    ...(updates.length > 0 && { updates }),
    ...(answer !== undefined && { answer }),
  };
  return { name, text: JSON.stringify(made), entry: made };
}
