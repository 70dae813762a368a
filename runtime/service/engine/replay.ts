import type { EventView, ServiceModel } from '../types.js';
import { RunContext } from './context.js';
import type { MarkChanges } from './mark-changes.js';
import { covers, type Mark, raise } from './marks.js';
import { nameOfBatch } from './outbox-entry.js';
import type { StateAccess } from './state-access.js';
import { isAppliedBySender, stateHandler } from './subscriptions.js';
import type { Transaction } from './transaction.js';

/**
 * Whether this state holds the effect of an event already: its mark covers it, or it is an own event that the handler which
 * sent it has applied, and the outbox still holds its batch.
 */
export async function effectIsHere(
  model: ServiceModel,
  state: StateAccess,
  event: EventView,
  mark: Mark,
): Promise<boolean> {
  if (covers(mark, event.value)) return true;
  const { batchId, sender, type } = event;
  if (batchId === undefined || sender !== model.clientType) return false;
  if (!isAppliedBySender(model.types.get(type))) return false;
  return (await state.text('outbox', nameOfBatch(batchId))) !== undefined;
}

/**
 * Brings in the effect of an acknowledged event if this state lacks it: writes and the raised mark, both still to be
 * committed. To be called in the order of the log. Nothing is sent.
 * @returns whether something was missing
 */
export async function replay(
  model: ServiceModel,
  state: StateAccess,
  event: EventView,
  transaction: Transaction,
  marks: MarkChanges,
): Promise<boolean> {
  const mark = await marks.read(event.key);
  const here = await effectIsHere(model, state, event, mark);
  const handlers = model.types.get(event.type);
  const handler = stateHandler(handlers);
  if (!here && handler) {
    const occasion = { now: event.time, correlation: event.correlation, causation: event.eventId };
    const mode = handlers?.projection ? 'projection' : 'rebuild';
    await handler(new RunContext(mode, transaction, [], occasion), event);
  }
  await marks.change(event.key, (current) => raise(current, event.value));
  return !here && handler !== undefined;
}
