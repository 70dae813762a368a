import type { StoredEvent } from '../../../../common/events.js';
import type { KeyState, UnparkedRecord } from '../../event-store.js';
import type { AcceptedBatch, Source, Term } from '../../source.js';
import type { BlockPlace, BlockReader } from '../block-reader.js';
import { type IndexDatabase, POSITION_MAX } from './database.js';
import { lastOfTypeOf } from './index-batch.js';
import { unpackPositions } from './positions.js';

const NOTHING: ReadonlySet<number> = new Set();

/** Reads that follow go by the newest state of the indexes: to be called when they have advanced, before anything forgets what they hold now. */
export function snapshotAnew(index: IndexDatabase): void {
  index.env.resetReadTxn();
}

/**
 * The indexes as a source: the log up to the point that they have reached in the snapshot from which it reads, which holds at least what
 * the overlay has forgotten (see `snapshotAnew`). It is the first of a row of sources, and good for the turn in which it was made; `load`
 * may go on longer, for places of blocks do not change.
 */
export class IndexSource implements Source {
  readonly #index: IndexDatabase;
  readonly #blocks: BlockReader;

  #last: number | undefined;

  constructor(index: IndexDatabase, blocks: BlockReader) {
    this.#index = index;
    this.#blocks = blocks;
  }

  get last(): number {
    this.#last ??= this.#index.meta.get('reached')?.point.position ?? 0;
    return this.#last;
  }

  keyState(key: string): KeyState | undefined {
    const row = this.#index.keys.get(key);
    return row && { head: row[0], lastOfType: Object.fromEntries(lastOfTypeOf(row)) };
  }

  acceptedBatch(sender: string, batchId: string): AcceptedBatch | undefined {
    const row = this.#index.batches.get([sender, batchId]);
    return row && { first: row[0], count: row[1] };
  }

  *matching(term: Term | undefined, after: number): Iterable<number> {
    if (term === undefined) {
      for (let position = after + 1; position <= this.last; position += 1) yield position;
      return;
    }
    const { kind, text } = term;
    const end: [Term['kind'], string, number] = [kind, text, POSITION_MAX];
    const [row] = this.#index.postings.getKeys({
      start: [kind, text, after + 1],
      end: [kind, text, 0],
      reverse: true,
      limit: 1,
    });
    for (const { value } of this.#index.postings.getRange({ start: row ?? [kind, text, 0], end }))
      for (const position of unpackPositions(value)) if (position > after) yield position;
  }

  lastBefore(time: number): number {
    let answer = 0;
    let low = 1;
    let high = this.last;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const { first, time: ofFirst } = this.#placeOf(middle);
      if (ofFirst < time) {
        answer = first;
        low = middle + 1;
      } else high = first - 1;
    }
    return answer;
  }

  *owed(clientType: string, after: number): Iterable<number> {
    const range = { start: [clientType, after + 1], end: [clientType, POSITION_MAX] };
    for (const [, position] of this.#index.owed.getKeys(range)) yield position;
  }

  owes(clientType: string, position: number): boolean {
    return this.#index.owed.doesExist([clientType, position]);
  }

  owedCount(clientType: string, after: number): number {
    if (after === 0) return this.#index.counts.get(['owed', clientType]) ?? 0;
    return [...this.owed(clientType, after)].length;
  }

  settled(): ReadonlySet<number> {
    return NOTHING;
  }

  /** Goes through all skips: each of them is an operator's decision, so there are few. */
  skipped(clientType: string): ReadonlySet<number> {
    const positions = new Set<number>();
    for (const skip of this.skips())
      if (skip.clientType === clientType && !skip.applied) positions.add(skip.position);
    return positions;
  }

  *keys(prefix: string, after: string | undefined): Iterable<string> {
    const start =
      after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) > 0 ? after : prefix;
    for (const key of this.#index.keys.getKeys({ start })) {
      if (!key.startsWith(prefix)) return;
      if (key !== after) yield key;
    }
  }

  totals(): ReadonlyMap<string, number> {
    const totals = new Map<string, number>();
    for (const { key, value } of this.#index.counts.getRange({ start: ['type', ''], end: ['typf', ''] }))
      totals.set(key[1], value);
    return totals;
  }

  *skips(): Iterable<UnparkedRecord> {
    for (const { value } of this.#index.skips.getRange({ reverse: true })) yield value;
  }

  async load(positions: readonly number[]): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (const { place, wanted } of this.#byBlock(positions))
      for (const event of (await this.#blocks.read(place)).events(wanted)) events.push(event);
    return events;
  }

  loadNow(positions: readonly number[]): readonly StoredEvent[] {
    return this.#byBlock(positions).flatMap(({ place, wanted }) =>
      this.#blocks.readNow(place).events(wanted),
    );
  }

  /** Ascending positions, together with those of the same block. */
  #byBlock(positions: readonly number[]): readonly { place: BlockPlace; wanted: number[] }[] {
    const groups: { place: BlockPlace; wanted: number[] }[] = [];
    for (const position of positions) {
      const group = groups.at(-1);
      if (group !== undefined && group.place.first + group.place.events > position)
        group.wanted.push(position);
      else groups.push({ place: this.#placeOf(position), wanted: [position] });
    }
    return groups;
  }

  #placeOf(position: number): BlockPlace {
    const [entry] = this.#index.blocks.getRange({ start: position, end: 0, reverse: true, limit: 1 });
    if (entry === undefined) throw new RangeError(`no block holds position ${position}`);
    const [segment, offset, bytes, events, time] = entry.value;
    return { first: entry.key, segment, offset, bytes, events, time };
  }
}
