import type { EventView } from '../types.js';
import { covers } from './marks.js';
import type { EntryEvent, EntrySend } from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';
import { subscribedTypes } from './subscriptions.js';

/**
 * A decision about the key of its own event, which a later event of that key has overtaken: the bus accepts it only if the service
 * knows the later one, and the service gets that one only when this one is done. No waiting helps, so it is said at once.
 *
 * To count the later event as known because it waits behind this one would be wrong: it may be what the decision depends on (a
 * withdrawal behind the request for another), and it is already in the log for everybody else.
 */
export class Overtaken extends Error {
  constructor({ key }: EntryEvent, later: EventView) {
    super(
      `this decision about ${key} can never be accepted: ${later.type} (${later.key}, ${later.value}) is in the log already and ` +
        'can only be handled after it; send with expect = "any", or give requests a key of their own',
    );
    this.name = 'Overtaken';
  }
}

/** @throws Overtaken */
export async function assertNotOvertaken(
  parts: LiveParts,
  event: EntryEvent | undefined,
  refused: readonly EntrySend[],
): Promise<void> {
  if (!event || !refused.some(({ key }) => key === event.key)) return;
  const { bus, limits, model, state } = parts;
  const { mark } = await state.mark(event.key);
  // If the bus cannot be asked, the next refusal comes here again.
  const page = await bus
    .query({
      eventTypes: subscribedTypes(model),
      key: event.key,
      after: event.position,
      limit: limits.pageEvents,
      acknowledgedOnly: false,
    })
    .catch(() => undefined);
  const later = page?.events.find(({ value }) => !covers(mark, value));
  if (later) throw new Overtaken(event, later);
}
