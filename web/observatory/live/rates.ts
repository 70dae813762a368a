/** How many events there were in each of the last seconds. Pure. */
import type { BusEvent } from '../../../common/pages/operator.js';

export const RATE_SECONDS = 60;

/**
 * Events per second for the `RATE_SECONDS` whole seconds before `now` (Unix milliseconds), oldest first. `events`: oldest first. The
 * newest event may be ahead of this browser's clock: then its second is the last one.
 */
export function ratesOf(events: readonly BusEvent[], now: number): number[] {
  const newest = events.at(-1)?.timestamp_raw ?? 0;
  const last = Math.max(Math.floor(now / 1000) - 1, newest);
  const counts = new Array<number>(RATE_SECONDS).fill(0);
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const place = RATE_SECONDS - 1 - (last - events[index]!.timestamp_raw);
    if (place < 0) break;
    if (place < RATE_SECONDS) counts[place]! += 1;
  }
  return counts;
}
