import type { StoredEvent } from '../../common/events.js';
import type { EventStore, Page, ReadFilter } from '../store/event-store.js';
import { type NewestPage, newestFirst } from './newest-first.js';
import type { ServerSettings } from './settings.js';

/** Reading the log in pages whose size in memory is bounded, whatever the events weigh. */
export interface PageReader {
  /** Up to `filter.limit` events, fewer if they are large; same meaning of `next` and `end` as `EventStore.read`. */
  page(filter: ReadFilter): Promise<Page>;
  /** The newest that match, newest first, up to `filter.upTo`. */
  newest(filter: ReadFilter & { readonly upTo: number }): Promise<NewestPage>;
  /** Everything that matches, page by page. */
  pages(filter: Omit<ReadFilter, 'limit'>): AsyncIterable<readonly StoredEvent[]>;
}

export function createPageReader(
  store: EventStore,
  { readChunkMax, pageBytesMax }: Pick<ServerSettings, 'readChunkMax' | 'pageBytesMax'>,
): PageReader {
  async function page(filter: ReadFilter): Promise<Page> {
    const events: StoredEvent[] = [];
    let bytes = 0;
    let after = filter.after ?? 0;
    while (events.length < filter.limit) {
      const limit = Math.min(readChunkMax, filter.limit - events.length);
      const chunk = await store.read({ ...filter, after, limit });
      for (const event of chunk.events) {
        if (bytes > pageBytesMax) return { events, next: after, end: false };
        events.push(event);
        bytes += event.data.length;
        after = event.position;
      }
      after = chunk.next;
      if (chunk.end) return { events, next: after, end: true };
    }
    return { events, next: after, end: false };
  }

  async function* pages(filter: Omit<ReadFilter, 'limit'>): AsyncIterable<readonly StoredEvent[]> {
    let after = filter.after ?? 0;
    for (;;) {
      const { events, next, end } = await page({ ...filter, after, limit: readChunkMax });
      if (events.length > 0) yield events;
      if (end) return;
      after = next;
    }
  }

  const newest = (filter: ReadFilter & { readonly upTo: number }) =>
    newestFirst({ page }, { pageBytesMax }, filter);

  return { page, newest, pages };
}
