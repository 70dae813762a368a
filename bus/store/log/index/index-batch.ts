import type { StoredEvent } from '../../../../common/events.js';
import type { ParkedRecord, SubscriptionRecord, UnparkedRecord } from '../../event-store.js';
import { type KeyHead, raiseHead } from '../../key-heads.js';
import { TERM_KINDS, type Term, termText } from '../../source.js';
import { holdBreath } from '../breather.js';
import type { IndexTarget } from '../indexing.js';
import type { Point } from '../point.js';
import type { BatchRow, BlockRow, IndexDatabase, KeyRow, Reached } from './database.js';
import { packPositions } from './positions.js';

/** A row of postings has at most so many positions: it stays well below a page. */
const POSTINGS_PER_ROW_MAX = 500;

/**
 * The transaction began on an older state of the index than the newest one: another process has opened it (`event-bus verify`) while a
 * transaction was ending, and LMDB's shared number of the last one was set back. Opening it again puts that right; writing
 * would overwrite the newest state.
 */
export class StaleEnvironment extends Error {
  constructor() {
    super('the index has to be opened again: another process opened it at the wrong moment');
  }
}

/**
 * The fold of a stretch of the log, gathered in memory and written to the indexes in one transaction. Gathering is what makes it
 * cheap: a row per key, type or session and stretch instead of a row per event, and a debt that came and went leaves none.
 */
export class IndexBatch implements IndexTarget {
  /** what was gathered, for whoever bounds it: events, debts ended, records */
  weight = 0;
  readonly #reached: Reached;
  #lastTime: number;
  #incarnation: number;
  #skipCount: number;
  readonly #blocks: [first: number, row: BlockRow][] = [];
  readonly #heads = new Map<string, KeyHead>();
  readonly #postings = new Map<Term['kind'], Map<string, number[]>>(
    TERM_KINDS.map((kind) => [kind, new Map()]),
  );
  readonly #batches: [key: [string, string], row: BatchRow][] = [];
  readonly #owed = new Map<string, Set<number>>();
  readonly #settled = new Map<string, Set<number>>();
  readonly #types = new Map<string, number>();
  readonly #subscriptions = new Map<string, SubscriptionRecord>();
  readonly #parked = new Map<string, { key: [string, number]; record: ParkedRecord | undefined }>();
  readonly #skips: [number, UnparkedRecord][] = [];

  /** @param reached what the index holds now */
  constructor(reached: Reached) {
    this.#reached = reached;
    this.#lastTime = reached.lastTime;
    this.#incarnation = reached.incarnation;
    this.#skipCount = reached.skips;
  }

  /** A block with events. */
  block(firstPosition: number, row: BlockRow): void {
    this.#blocks.push([firstPosition, row]);
  }

  event(event: StoredEvent): void {
    this.weight += 1;
    raiseHead(this.#heads, event);
    this.#types.set(event.type, (this.#types.get(event.type) ?? 0) + 1);
    for (const [kind, ofKind] of this.#postings) {
      const text = termText(kind, event);
      const positions = ofKind.get(text);
      if (positions === undefined) ofKind.set(text, [event.position]);
      else positions.push(event.position);
    }
  }

  owe(clientType: string, position: number): void {
    const owed = this.#owed.get(clientType);
    if (owed === undefined) this.#owed.set(clientType, new Set([position]));
    else owed.add(position);
  }

  settle(clientType: string, position: number): void {
    this.weight += 1;
    if (this.#owed.get(clientType)?.delete(position)) return;
    const settled = this.#settled.get(clientType);
    if (settled === undefined) this.#settled.set(clientType, new Set([position]));
    else settled.add(position);
  }

  accept(sender: string, batchId: string, first: number, count: number): void {
    this.weight += 1;
    this.#batches.push([
      [sender, batchId],
      [first, count],
    ]);
  }

  subscribe(record: SubscriptionRecord): void {
    this.#subscriptions.set(record.clientType, record);
  }

  park(record: ParkedRecord): void {
    this.#setParked(record.clientType, record.position, record);
  }

  unpark(clientType: string, position: number): void {
    this.#setParked(clientType, position, undefined);
  }

  skip(record: UnparkedRecord): void {
    this.#skipCount += 1;
    this.#skips.push([this.#skipCount, record]);
  }

  start(incarnation: number): void {
    this.#incarnation = incarnation;
  }

  time(time: number): void {
    this.#lastTime = Math.max(this.#lastTime, time);
  }

  /**
   * Writes all of it, or nothing. @returns what the index holds now
   * @param breathe called again and again in between
   * @throws StaleEnvironment
   */
  commit(index: IndexDatabase, point: Point, breathe: () => void = holdBreath): Reached {
    const reached: Reached = {
      ...this.#reached,
      point,
      lastTime: this.#lastTime,
      incarnation: this.#incarnation,
      skips: this.#skipCount,
    };
    index.env.transactionSync(() => {
      const held = index.meta.get('reached') as Reached | undefined;
      if ((held?.point.block ?? 0) !== this.#reached.point.block) throw new StaleEnvironment();
      for (const [first, row] of this.#blocks) index.blocks.put(first, row);
      for (const [key, row] of this.#batches) index.batches.put(key, row);
      for (const [clientType, record] of this.#subscriptions) index.subscriptions.put(clientType, record);
      for (const [number, record] of this.#skips) index.skips.put(number, record);
      for (const { key, record } of this.#parked.values()) {
        if (record === undefined) index.parked.remove(key);
        else index.parked.put(key, record);
      }
      for (const [type, count] of this.#types)
        index.counts.put(['type', type], (index.counts.get(['type', type]) ?? 0) + count);
      this.#putHeads(index, breathe);
      this.#putPostings(index, breathe);
      this.#putDebts(index);
      index.meta.put('reached', reached);
    });
    return reached;
  }

  #setParked(clientType: string, position: number, record: ParkedRecord | undefined): void {
    this.#parked.set(`${position} ${clientType}`, { key: [clientType, position], record });
  }

  #putHeads(index: IndexDatabase, breathe: () => void): void {
    for (const [key, { head, lastOfType }] of inOrder(this.#heads)) {
      const merged = lastOfTypeOf(index.keys.get(key));
      for (const [type, value] of lastOfType) merged.set(type, value);
      index.keys.put(key, [head, [...merged].flat()]);
      breathe();
    }
  }

  #putPostings(index: IndexDatabase, breathe: () => void): void {
    for (const [kind, ofKind] of this.#postings)
      for (const [text, positions] of inOrder(ofKind)) {
        for (let at = 0; at < positions.length; at += POSTINGS_PER_ROW_MAX) {
          const row = positions.slice(at, at + POSTINGS_PER_ROW_MAX);
          index.postings.put([kind, text, row[0]!], packPositions(row));
        }
        breathe();
      }
  }

  #putDebts(index: IndexDatabase): void {
    for (const clientType of new Set([...this.#owed.keys(), ...this.#settled.keys()])) {
      let change = 0;
      for (const position of this.#settled.get(clientType) ?? [])
        if (index.owed.removeSync([clientType, position])) change -= 1;
      for (const position of this.#owed.get(clientType) ?? []) {
        index.owed.put([clientType, position], true);
        change += 1;
      }
      const count = (index.counts.get(['owed', clientType]) ?? 0) + change;
      if (change !== 0) index.counts.put(['owed', clientType], count);
    }
  }
}

export function lastOfTypeOf(row: KeyRow | undefined): Map<string, number> {
  const lastOfType = new Map<string, number>();
  const pairs = row?.[1] ?? [];
  for (let at = 0; at < pairs.length; at += 2) lastOfType.set(pairs[at] as string, pairs[at + 1] as number);
  return lastOfType;
}

/** Neighbours in the order of a tree share its pages: writing them one after the other is cheaper. */
function inOrder<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
