/**
 * The end of the log as a page holds it: events by position, oldest first, without a gap, never more than `EVENTS_MAX`. Pure.
 */
import type { BusEvent } from '../../../common/pages/operator.js';

/** Above it the oldest are let go: a browser holds about 1 KB for each. */
export const EVENTS_MAX = 20_000;

export interface Tail {
  readonly events: readonly BusEvent[];
  /** position of the newest that is known, whether there is one in `events` or not */
  readonly head: number;
  /** how many have come by push since the page was opened */
  readonly received: number;
}

export function tailOf(events: readonly BusEvent[], head: number): Tail {
  return { events, head, received: 0 };
}

/** What was pushed, behind what is held. What is held already is left out. */
export function withPushed(tail: Tail, pushed: readonly BusEvent[]): Tail {
  const fresh = pushed.filter(({ position }) => Number(position) > tail.head);
  if (fresh.length === 0) return tail;
  const events = [...tail.events, ...fresh];
  return {
    events: events.length > EVENTS_MAX ? events.slice(-EVENTS_MAX) : events,
    head: Number(fresh.at(-1)!.position),
    received: tail.received + fresh.length,
  };
}

/** What was read of the time before, in front of what is held, as far as there is room. */
export function withEarlier(tail: Tail, earlier: readonly BusEvent[]): Tail {
  const first = firstOf(tail);
  const before = earlier.filter(({ position }) => Number(position) < first);
  const room = Math.max(0, EVENTS_MAX - tail.events.length);
  return { ...tail, events: [...before.slice(Math.max(0, before.length - room)), ...tail.events] };
}

/** Position of the oldest event that is held; that of the next one if there is none. */
export function firstOf({ events, head }: Tail): number {
  return Number(events[0]?.position ?? head + 1);
}

/** How many events of the tail are wanted and stand behind a position. */
export function countAfter(
  { events }: Tail,
  position: number,
  matches: (event: BusEvent) => boolean = () => true,
): number {
  let count = 0;
  for (let index = events.length - 1; index >= 0; index -= 1) {
    if (Number(events[index]!.position) <= position) break;
    if (matches(events[index]!)) count += 1;
  }
  return count;
}
