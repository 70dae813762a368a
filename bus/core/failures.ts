import { refuseFenced } from './acknowledgements.js';
import { serve } from './dispatch.js';
import type { Lane } from './lane.js';
import { park } from './parking.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import { takeBack } from './take-back.js';
import type { CoreOptions, Input } from './types.js';

/**
 * Verb `nack`: a handler has failed. The event and all later ones of its lane are taken back; they come again after a delay that grows
 * with each failure of this event, or the event is parked. Only a nack counts as a failure: an instance that dies is not the fault
 * of the events that were out at it.
 */
export function nack(state: State, session: Session, input: Extract<Input, { kind: 'nack' }>): void {
  const debt = session.debtOf(input.delivery);
  if (debt === undefined) {
    refuseFenced(state, session, 'nack', input.delivery);
    return;
  }
  takeBack(debt.lane, debt.lane.queue.indexOf(debt));
  debt.failures += 1;
  if (debt.failures === 1) debt.firstFailure = state.time;
  if (!input.retry || debt.failures >= state.options.attemptsMax) park(state, debt, input.error);
  else waitForRetry(debt.lane, state.clock + retryDelay(state.options, debt.failures));
  serve(state, session);
}

function waitForRetry(lane: Lane, at: number): void {
  lane.retryAt = at;
  lane.client.retries.push({ at, lane });
}

/** ms before the attempt that follows the n-th failure */
export function retryDelay({ retryDelayMs, retryDelayMaxMs }: CoreOptions, failures: number): number {
  return Math.min(retryDelayMs * 2 ** (failures - 1), retryDelayMaxMs);
}
