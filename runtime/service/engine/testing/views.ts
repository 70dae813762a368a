import type { Effect } from '../../../../bus/core/types.js';
import type { StoredEvent } from '../../../../common/events.js';
import type { BatchOutcome, EventView } from '../../types.js';

/** What the core says, as an engine gets it from its port. */

/** An event of the log. */
export function eventView(event: StoredEvent): EventView {
  return {
    type: event.type,
    key: event.key,
    value: event.value,
    data: JSON.parse(event.data),
    correlation: event.correlation,
    causation: event.causation,
    eventId: `sim-${event.position}`,
    position: String(event.position),
    time: event.time,
    sender: event.sender,
    batchId: event.batchId,
  };
}

/** What the receipts of a batch come to. */
export function outcomeOf(receipts: Extract<Effect, { kind: 'receipt' }>['receipts']): BatchOutcome {
  if (receipts.some(({ status }) => status === 'inconsistent'))
    return {
      kind: 'inconsistent',
      contested: receipts.filter(({ contested }) => contested).map(({ key }) => key),
    };
  return {
    kind: 'accepted',
    receipts: receipts.map(({ key, value = -1, position = 0 }) => ({
      key,
      value,
      position: String(position),
    })),
  };
}
