import type { StoredEvent } from '../../common/events.js';
import type { ReadFilter } from '../store/event-store.js';
import type { PageReader } from './pages.js';
import type { ServerSettings } from './settings.js';

/** A page that was read from the newest event downwards. */
export interface NewestPage {
  /** the newest first */
  readonly events: readonly StoredEvent[];
  /** everything that matches and is not here, nor was on a page before, stands below this position; undefined: there is nothing */
  readonly before: number | undefined;
}

/**
 * The newest events that match, up to `upTo` (inclusive). Stores read upwards only, so this goes down the log in windows of positions: as
 * wide as the page at first, twice as wide after each that was not full, half as wide where too much matches. So it costs about what
 * reading the page upwards costs, and a few looks at an index per doubling where matches are rare. Positions have no gaps.
 */
export async function newestFirst(
  pages: Pick<PageReader, 'page'>,
  { pageBytesMax }: Pick<ServerSettings, 'pageBytesMax'>,
  filter: ReadFilter & { readonly upTo: number },
): Promise<NewestPage> {
  const floor = filter.after ?? 0;
  const events: StoredEvent[] = [];
  let { upTo } = filter;
  let width = filter.limit;
  let bytes = 0;
  // One more than the page holds: it tells whether the page is the last.
  while (upTo > floor && events.length <= filter.limit && bytes <= pageBytesMax) {
    const after = Math.max(floor, upTo - width);
    const window = await pages.page({ ...filter, after, upTo, limit: filter.limit + 1 - events.length });
    // Its upper part holds the newest. A window of one position is always read whole.
    if (!window.end && upTo - after > 1) {
      width = Math.ceil((upTo - after) / 2);
      continue;
    }
    for (const event of window.events) bytes += event.data.length;
    events.push(...[...window.events].reverse());
    upTo = after;
    width *= 2;
  }
  if (events.length > filter.limit)
    return { events: events.slice(0, filter.limit), before: events[filter.limit - 1]!.position };
  return { events, before: upTo > floor ? upTo + 1 : undefined };
}
