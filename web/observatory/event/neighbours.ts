/** What stands before and after an event in its key. The log is read forwards only: what is before is looked for in growing ranges. */
import type { BusEvent, EventPage } from '../../../common/pages/operator.js';

/** Reads the events of the key after a position, oldest first; `next` if there are more. */
export type ReadAfter = (after: number, limit: number) => Promise<EventPage>;

export interface Neighbours {
  readonly before: BusEvent | undefined;
  readonly after: BusEvent | undefined;
}

const FIRST_RANGE = 1000;
const GROWTH = 8;
const LIMIT = 1000;

export async function neighboursOf(event: BusEvent, read: ReadAfter): Promise<Neighbours> {
  const position = Number(event.position);
  const [before, after] = await Promise.all([
    event.consistency.value === 0 ? undefined : lastBefore(position, read),
    read(position, 1).then(({ events }) => events[0]),
  ]);
  return { before, after };
}

/** The last event of the key before a position. */
async function lastBefore(position: number, read: ReadAfter): Promise<BusEvent | undefined> {
  let upTo = position;
  for (let length = FIRST_RANGE; upTo > 1; length *= GROWTH) {
    const from = Math.max(0, position - length);
    const found = await lastWithin(from, upTo, read);
    if (found) return found;
    upTo = from + 1;
  }
  return undefined;
}

/** The last event after `after` and before `end`. */
async function lastWithin(after: number, end: number, read: ReadAfter): Promise<BusEvent | undefined> {
  let last: BusEvent | undefined;
  let from = after;
  for (;;) {
    const { events, next } = await read(from, LIMIT);
    const before = events.filter(({ position }) => Number(position) < end);
    last = before.at(-1) ?? last;
    if (next === undefined || before.length < events.length) return last;
    from = Number(next);
  }
}
