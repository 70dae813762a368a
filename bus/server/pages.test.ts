import { expect, it } from 'vitest';
import type { StoredEvent } from '../../common/events.js';
import type { EventStore, Page, ReadFilter } from '../store/event-store.js';
import { createPageReader } from './pages.js';

function eventAt(position: number, bytes: number): StoredEvent {
  const data = JSON.stringify('x'.repeat(bytes));
  const uuid = '00000000-0000-8000-8000-000000000001';
  return {
    position,
    type: 'T',
    key: 'k',
    value: position - 1,
    data,
    correlationId: 1,
    correlation: uuid,
    time: position,
    sender: '',
    sessionId: 1,
    owedTo: [],
  };
}

/** A log of `count` events of this size, which notes how it is read. */
function logOf(count: number, bytes: number): { store: EventStore; limits: number[] } {
  const limits: number[] = [];
  const read = async ({ after = 0, upTo = count, limit }: ReadFilter): Promise<Page> => {
    limits.push(limit);
    const last = Math.min(after + limit, upTo, count);
    const events = Array.from({ length: Math.max(0, last - after) }, (_, i) => eventAt(after + i + 1, bytes));
    return { events, next: last, end: last === Math.min(upTo, count) };
  };
  return { store: { read } as unknown as EventStore, limits };
}

it('reads a page in chunks and stops at its limit', async () => {
  const { store, limits } = logOf(100, 1);
  const page = await createPageReader(store, { readChunkMax: 4, pageBytesMax: 1000 }).page({ limit: 10 });
  expect(page.events.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(page).toMatchObject({ next: 10, end: false });
  expect(limits).toEqual([4, 4, 2]);
});

it('ends a page early if its events are large, and goes on exactly there', async () => {
  const pages = createPageReader(logOf(10, 100).store, { readChunkMax: 4, pageBytesMax: 150 });
  const first = await pages.page({ limit: 10 });
  expect(first.events.map(({ position }) => position)).toEqual([1, 2]);
  expect(first).toMatchObject({ next: 2, end: false });
  const second = await pages.page({ limit: 10, after: first.next });
  expect(second.events.map(({ position }) => position)).toEqual([3, 4]);
});

it('gives at least one event, however large it is', async () => {
  const pages = createPageReader(logOf(2, 1000).store, { readChunkMax: 4, pageBytesMax: 10 });
  expect((await pages.page({ limit: 10 })).events).toHaveLength(1);
});

it('walks through everything, page by page, and ends', async () => {
  const pages = createPageReader(logOf(10, 1).store, { readChunkMax: 4, pageBytesMax: 1000 });
  const walked: number[] = [];
  for await (const events of pages.pages({ upTo: 9 })) walked.push(...events.map(({ position }) => position));
  expect(walked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
