import { setImmediate as pause } from 'node:timers/promises';
import type { StoredEvent } from '../../common/events.js';
import { compareCodePoints } from './code-points.js';
import type { EventStore, KeyState, Page, ReadFilter, UnparkedRecord } from './event-store.js';
import { mergeKeyStates } from './key-heads.js';
import { candidates, matches } from './selection.js';
import type { Source } from './source.js';

/** Positions looked up between two pauses, in which others may run. */
const CHUNK_POSITIONS_MAX = 512;

/** The reads of the port over a row of sources, oldest first. Every method asks for the row as it is now. */
export class Reads
  implements Pick<EventStore, 'keyState' | 'batch' | 'read' | 'owed' | 'debt' | 'keys' | 'totals' | 'skips'>
{
  readonly #sources: () => readonly Source[];

  constructor(sources: () => readonly Source[]) {
    this.#sources = sources;
  }

  keyState(key: string): KeyState | undefined {
    let state: KeyState | undefined;
    for (const source of this.#sources()) state = mergeKeyStates(state, source.keyState(key));
    return state;
  }

  batch(sender: string, batchId: string): readonly StoredEvent[] | undefined {
    const sources = this.#sources();
    for (let at = sources.length - 1; at >= 0; at -= 1) {
      const batch = sources[at]!.acceptedBatch(sender, batchId);
      if (batch !== undefined)
        return sources[at]!.loadNow(Array.from({ length: batch.count }, (_, n) => batch.first + n));
    }
    return undefined;
  }

  read(filter: ReadFilter): Promise<Page> {
    const { notOwedTo, notSkippedBy, since } = filter;
    return this.#page(filter, (sources, after) => {
      const start = since === undefined ? after : Math.max(after, lastBefore(sources, since));
      const skipped = notSkippedBy === undefined ? [] : sources.map((source) => source.skipped(notSkippedBy));
      const isWanted = (position: number) =>
        (notOwedTo === undefined || !owes(sources, notOwedTo, position)) &&
        !skipped.some((positions) => positions.has(position));
      return { found: candidates(sources, filter, start), isWanted };
    });
  }

  owed(
    clientType: string,
    { key, after, limit }: { key?: string; after: number; limit: number },
  ): Promise<Page> {
    return this.#page({ after, limit }, (sources, start) => {
      if (key === undefined)
        return { found: owedPositions(sources, clientType, start), isWanted: () => true };
      const isWanted = (position: number) => owes(sources, clientType, position);
      return { found: candidates(sources, { key }, start), isWanted };
    });
  }

  async debt(clientType: string): Promise<{ count: number; lowest: number | undefined }> {
    const sources = this.#sources();
    let count = 0;
    let before = 0;
    sources.forEach((source, at) => {
      const ended = new Set<number>();
      for (const later of sources.slice(at + 1))
        for (const position of later.settled(clientType))
          if (position > before && source.owes(clientType, position)) ended.add(position);
      count += source.owedCount(clientType, before) - ended.size;
      before = Math.max(before, source.last);
    });
    const [lowest] = owedPositions(sources, clientType, 0);
    return { count, lowest };
  }

  async keys(range: {
    prefix?: string;
    after?: string;
    limit: number;
  }): Promise<readonly { key: string; state: KeyState }[]> {
    const found = new Set<string>();
    for (const source of this.#sources())
      for (const key of first(range.limit, source.keys(range.prefix ?? '', range.after))) found.add(key);
    const keys = [...found].sort(compareCodePoints).slice(0, range.limit);
    return keys.map((key) => ({ key, state: this.keyState(key)! }));
  }

  async totals(): Promise<Readonly<Record<string, number>>> {
    const totals = new Map<string, number>();
    let before = 0;
    for (const source of this.#sources()) {
      for (const [type, count] of source.totals(before)) totals.set(type, (totals.get(type) ?? 0) + count);
      before = Math.max(before, source.last);
    }
    return Object.fromEntries(totals);
  }

  async skips(limit: number): Promise<readonly UnparkedRecord[]> {
    // a debt can be skipped once, so its name tells repeats of overlapping sources
    const found = new Map<string, UnparkedRecord>();
    for (const source of [...this.#sources()].reverse())
      for (const skip of first(limit, source.skips())) {
        const name = `${skip.position} ${skip.clientType}`;
        if (!found.has(name)) found.set(name, skip);
      }
    return [...found.values()].slice(0, limit);
  }

  /**
   * One page of the events at the positions that `find` gives and wants, which need not all match: the filter is applied to each event.
   * However few are wanted, others may run after every few hundred that were looked at.
   */
  async #page(
    filter: ReadFilter,
    find: (
      sources: readonly Source[],
      after: number,
    ) => { found: Iterable<number>; isWanted: (position: number) => boolean },
  ): Promise<Page> {
    const events: StoredEvent[] = [];
    let after = filter.after ?? 0;
    // one more than the page holds: it tells whether the page is the last
    for (let wanted = filter.limit + 1; ; wanted *= 2) {
      const sources = this.#sources();
      const last = Math.min(filter.upTo ?? Number.POSITIVE_INFINITY, sources.at(-1)!.last);
      wanted = Math.min(CHUNK_POSITIONS_MAX, wanted);
      const { found, isWanted } = find(sources, after);
      const positions = first(wanted, found).filter((position) => position <= last);
      for (const event of await load(sources, positions.filter(isWanted))) {
        if (filter.until !== undefined && event.time > filter.until)
          return { events, next: after, end: true };
        if (matches(event, filter)) {
          if (events.length === filter.limit) return { events, next: events.at(-1)!.position, end: false };
          events.push(event);
        }
        after = event.position;
      }
      if (positions.length < wanted) return { events, next: Math.max(after, last), end: true };
      after = positions.at(-1)!;
      if (wanted === CHUNK_POSITIONS_MAX) await pause();
    }
  }
}

function owes(sources: readonly Source[], clientType: string, position: number): boolean {
  for (const source of sources)
    if (position <= source.last)
      return source.owes(clientType, position) && !settledIn(sources, clientType, position);
  return false;
}

function settledIn(sources: readonly Source[], clientType: string, position: number): boolean {
  return sources.some((source) => source.settled(clientType).has(position));
}

function* owedPositions(sources: readonly Source[], clientType: string, after: number): Iterable<number> {
  let before = after;
  for (const source of sources) {
    for (const position of source.owed(clientType, before))
      if (!settledIn(sources, clientType, position)) yield position;
    before = Math.max(before, source.last);
  }
}

function lastBefore(sources: readonly Source[], time: number): number {
  let before = 0;
  for (const source of sources) {
    if (source.last <= before) continue;
    before = Math.max(before, source.lastBefore(time));
    if (before < source.last) break;
  }
  return before;
}

/** The events at these ascending positions. */
async function load(
  sources: readonly Source[],
  positions: readonly number[],
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  let at = 0;
  for (const source of sources) {
    const start = at;
    while (at < positions.length && positions[at]! <= source.last) at += 1;
    if (at > start) for (const event of await source.load(positions.slice(start, at))) events.push(event);
  }
  return events;
}

function first<T>(count: number, items: Iterable<T>): T[] {
  const taken: T[] = [];
  if (count <= 0) return taken;
  for (const item of items) if (taken.push(item) === count) break;
  return taken;
}
