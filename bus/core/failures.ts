import { refuseFenced } from './acknowledgements.js';
import { serve } from './dispatch.js';
import type { Debt, Lane } from './lane.js';
import { park } from './parking.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import { takeBack } from './take-back.js';
import type { CoreOptions, Input } from './types.js';

type Nack = Extract<Input, { kind: 'nack' }>;

/**
 * Verb `nack`: a handler has failed. The event and all later ones of its lane are taken back; they come again after a delay that grows
 * with each failure of this event, or the event is parked. Only a nack counts as a failure: an instance that dies is not the fault
 * of the events that were out at it. Nor does it count that a handler has to wait for others and gives its event back.
 */
export function nack(state: State, session: Session, input: Nack): void {
  const debt = session.debtOf(input.delivery);
  if (debt === undefined) {
    refuseFenced(state, session, 'nack', input.delivery);
    return;
  }
  takeBack(debt.lane, debt.lane.queue.indexOf(debt));
  if (debt.firstFailure === 0) debt.firstFailure = state.time;
  if (input.contended === undefined) failed(state, debt, input);
  else givenBack(state, debt, input.contended, input);
  serve(state, session);
}

function failed(state: State, debt: Debt, { error, retry, applied = false }: Nack): void {
  debt.failures += 1;
  if (!retry || debt.failures >= state.options.attemptsMax) park(state, debt, error, applied);
  else waitForRetry(debt.lane, state.clock + retryDelay(state.options, debt.failures));
}

/** It comes again, however often this happens; unless those it waits for wait for it: then an operator has to decide. */
function givenBack(
  state: State,
  debt: Debt,
  awaits: readonly string[],
  { error, applied = false }: Nack,
): void {
  debt.contentions += 1;
  debt.awaits = awaits;
  const circle = debt.contentions < state.options.attemptsMax ? undefined : circleOf(debt.lane);
  if (circle === undefined) {
    waitForRetry(debt.lane, state.clock + retryDelay(state.options, debt.contentions));
    return;
  }
  const message = `${error.message}; keys that wait for each other: ${circle}`;
  park(state, debt, { ...error, message }, applied);
}

/** The keys that wait for each other, of which this lane's is one; undefined if it is in no such circle. */
function circleOf(lane: Lane): string | undefined {
  const waiting = new Set([lane]);
  for (const one of waiting)
    for (const key of one.queue[0]?.awaits ?? []) {
      const other = lane.client.lanes.get(key);
      if (other === lane) return [...waiting].map((member) => member.key).join(', ');
      if (other !== undefined) waiting.add(other);
    }
  return undefined;
}

function waitForRetry(lane: Lane, at: number): void {
  lane.retryAt = at;
  lane.client.retries.push({ at, lane });
}

/** ms before the attempt that follows the n-th failure */
export function retryDelay({ retryDelayMs, retryDelayMaxMs }: CoreOptions, failures: number): number {
  return Math.min(retryDelayMs * 2 ** (failures - 1), retryDelayMaxMs);
}
