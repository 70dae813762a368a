import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/random.js';
import type { ReadFilter } from '../store/event-store.js';
import { createEventStore } from '../store/registry.js';
import { RandomLog } from '../store/testing/random-log.js';
import { eventsOf } from '../store/testing/samples.js';
import { createPageReader } from './pages.js';

describe('reading the newest first', () => {
  it.each([1, 2, 3, 4])(
    'gives what reading upwards gives, the other way round, whatever the page (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const chance = new RandomLog(random);
      for (let n = 0; n < 80; n += 1) chance.group();
      const store = await createEventStore('memory');
      await store.open();
      await store.append(chance.records);
      const all = eventsOf(chance.records);
      const settings = { readChunkMax: 1 + random.int(8), pageBytesMax: 1 + random.int(400) };
      const pages = createPageReader(store, settings);
      for (let n = 0; n < 60; n += 1) {
        const one = all[random.int(all.length)]!;
        const filters: Omit<ReadFilter, 'limit'>[] = [
          {},
          { eventTypes: [one.type] },
          { key: one.key },
          { since: one.time },
          { until: one.time },
          { eventTypes: ['never'] },
          { correlation: one.correlation, after: random.int(all.length) },
        ];
        const filter = filters[random.int(filters.length)]!;
        const limit = 1 + random.int(20);
        const head = 1 + random.int(all.length);
        const wanted = (await store.read({ ...filter, upTo: head, limit: all.length })).events;
        const told = [];
        for (let upTo: number | undefined = head; upTo !== undefined; ) {
          const page = await pages.newest({ ...filter, upTo, limit });
          expect(page.events.length).toBeLessThanOrEqual(limit);
          told.push(...page.events);
          upTo = page.before === undefined ? undefined : page.before - 1;
        }
        expect(told).toEqual([...wanted].reverse());
      }
      await store.close();
    },
  );

  it('says that there is nothing more, when there is not, without another page', async () => {
    const { pages } = logOf(10);
    expect(await pages.newest({ upTo: 10, limit: 10 })).toMatchObject({ before: undefined });
    expect(await pages.newest({ upTo: 10, limit: 9 })).toMatchObject({ before: 2 });
  });

  it('reads little more of a long log than the page', async () => {
    const { pages, read } = logOf(1_000_000);
    const { events } = await pages.newest({ upTo: 1_000_000, limit: 50 });
    expect(events.map(({ position }) => position)).toEqual(
      Array.from({ length: 50 }, (_, n) => 1_000_000 - n),
    );
    expect(read()).toBeLessThanOrEqual(150);
  });

  /** A long log that notes how many events were read of it. */
  function logOf(count: number) {
    let events = 0;
    const page = async ({ after = 0, upTo = count, limit }: ReadFilter) => {
      const last = Math.min(after + limit, upTo);
      events += last - after;
      const found = Array.from({ length: last - after }, (_, n) => ({ position: after + n + 1, data: '0' }));
      return { events: found as never, next: last, end: last === upTo };
    };
    const store = { read: page } as never;
    return {
      pages: createPageReader(store, { readChunkMax: 1000, pageBytesMax: 10_000 }),
      read: () => events,
    };
  }
});
