import type { Expectation } from '../../state/state-store.js';
import type { EventView, ServiceModel } from '../types.js';
import { eventOccasion, RunContext } from './context.js';
import type { MarkChanges } from './mark-changes.js';
import { covers, raise } from './marks.js';
import { nameOfBatch, openEntry } from './outbox-entry.js';
import type { StateAccess } from './state-access.js';
import { isAppliedBySender, stateHandler } from './subscriptions.js';
import type { Transaction } from './transaction.js';

/**
 * An own event that the handler which sent it has applied, and whose batch the outbox still holds: its effect is in this state,
 * although its mark does not say so yet.
 * @returns the entry, as the expectation that it still stands
 */
export async function entryOfOwnEvent(
  model: ServiceModel,
  state: StateAccess,
  { batchId, sender, type }: EventView,
): Promise<Expectation | undefined> {
  if (batchId === undefined || sender !== model.clientType) return undefined;
  if (!isAppliedBySender(model.types.get(type))) return undefined;
  const key = nameOfBatch(batchId);
  const text = await state.text('outbox', key);
  // In an older copy of this state the entry may hold an earlier batch, one that was refused.
  if (text === undefined || openEntry(key, text).entry.batch !== batchId) return undefined;
  return { space: 'outbox', key, text };
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
  const here = covers(mark, event.value) || (await entryOfOwnEvent(model, state, event)) !== undefined;
  const handlers = model.types.get(event.type);
  const handler = stateHandler(handlers);
  if (!here && handler) {
    const mode = handlers?.projection ? 'projection' : 'rebuild';
    await handler(new RunContext(mode, transaction, [], eventOccasion(event)), event);
  }
  await marks.change(event.key, (current) => raise(current, event.value));
  return !here && handler !== undefined;
}
