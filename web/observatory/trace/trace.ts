/** One correlation as a story: what caused what, when, and how it ended. Pure. `events`: in the order of the log. */
import type { BusEvent } from '../../../common/pages/operator.js';

export interface Step {
  readonly event: BusEvent;
  /** the step that caused it, if it is part of this trace */
  readonly cause: BusEvent | undefined;
  /** milliseconds after the first event */
  readonly offset: number;
  /** milliseconds after its cause; 0 without one */
  readonly took: number;
}

export function stepsOf(events: readonly BusEvent[]): Step[] {
  const byId = new Map(events.map((event) => [event.event_id, event]));
  const start = events[0] ? timeOf(events[0]) : 0;
  return events.map((event) => {
    const cause = event.causation === undefined ? undefined : byId.get(event.causation);
    const at = timeOf(event);
    return { event, cause, offset: at - start, took: cause ? at - timeOf(cause) : 0 };
  });
}

/** Milliseconds from the first event to the last. */
export function totalTime(events: readonly BusEvent[]): number {
  const [first, last] = [events[0], events.at(-1)];
  return first && last ? timeOf(last) - timeOf(first) : 0;
}

/** Who took part, in the order of their first event. */
export function sendersOf(events: readonly BusEvent[]): string[] {
  return [...new Set(events.map(({ sender }) => sender))];
}

export type Outcome = { tone: 'good' | 'bad' | 'info' | 'neutral'; text: string };

/** What became of it, as far as the bank's own events tell; anything else has no outcome that is known here. */
export function outcomeOf(events: readonly BusEvent[]): Outcome {
  const find = (type: string) => events.find(({ event_type }) => event_type === type);
  const refused = find('RejectedTransaction');
  if (refused) return { tone: 'bad', text: `Transfer refused: ${reasonOf(refused)}` };
  if (find('AcceptedTransaction')) return { tone: 'good', text: 'Transfer accepted' };
  if (find('PendingTransaction')) return { tone: 'info', text: 'Transfer pending' };
  if (find('AccountCreated')) return { tone: 'good', text: 'Account created' };
  if (find('AccountCreationRequest')) return { tone: 'info', text: 'Account asked for' };
  if (find('ConfirmedCredit')) return { tone: 'good', text: 'Money paid in' };
  if (find('ConfirmedDebit')) return { tone: 'good', text: 'Money paid out' };
  return { tone: 'neutral', text: 'Happened' };
}

function reasonOf({ data }: BusEvent): string {
  const reason = typeof data === 'object' && data !== null && !Array.isArray(data) ? data.reason : undefined;
  return typeof reason === 'string' ? reason : 'no reason is given';
}

export function timeOf(event: BusEvent): number {
  return Date.parse(event.time);
}
