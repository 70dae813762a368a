import type { StoredEvent } from '../../common/events.js';
import { compareCodePoints } from './code-points.js';
import type { KeyState, ParkedRecord, SubscriptionRecord, UnparkedRecord } from './event-store.js';
import type { FoldTarget } from './fold.js';
import { type KeyHead, keyStateOf, raiseHead } from './key-heads.js';
import { firstIndex, MemoryPostings } from './memory-postings.js';
import { type AcceptedBatch, type Source, TERM_KINDS, type Term } from './source.js';

const NOTHING: ReadonlySet<number> = new Set();

/**
 * The derived state of a stretch of the log, in memory: filled by the fold, read as a source. The memory store is one layer from
 * the beginning; the overlay of the embedded store is a row of small ones, each forgotten as a whole.
 *
 * Invariants
 * - The n-th event (from 0) has position `after + n + 1`.
 * - A debt that ended here is in `settled`, also if it arose here: an index may know the debt already and not yet its end.
 */
export class Layer implements FoldTarget, Source {
  /** position of the event before the first of this stretch */
  readonly after: number;
  lastTime = 0;
  incarnation = 0;
  readonly subscriptions = new Map<string, SubscriptionRecord>();
  readonly #events: StoredEvent[] = [];
  readonly #heads = new Map<string, KeyHead>();
  readonly #batches = new Map<string, Map<string, AcceptedBatch>>();
  readonly #owed = new Map<string, Set<number>>();
  readonly #settled = new Map<string, Set<number>>();
  readonly #parked = new Map<string, Map<number, ParkedRecord>>();
  readonly #skips: UnparkedRecord[] = [];
  readonly #skipped = new Map<string, Set<number>>();
  readonly #postings = new Map(TERM_KINDS.map((kind) => [kind, new MemoryPostings(kind, this.#events)]));
  #sortedKeys: readonly string[] = [];

  constructor(after: number) {
    this.after = after;
  }

  get last(): number {
    return this.after + this.#events.length;
  }

  get parked(): readonly ParkedRecord[] {
    return [...this.#parked.values()].flatMap((ofType) => [...ofType.values()]);
  }

  event(event: StoredEvent): void {
    this.#events.push(event);
    raiseHead(this.#heads, event);
  }

  owe(clientType: string, position: number): void {
    inner(this.#owed, clientType, () => new Set()).add(position);
  }

  settle(clientType: string, position: number): void {
    this.#owed.get(clientType)?.delete(position);
    inner(this.#settled, clientType, () => new Set()).add(position);
  }

  accept(sender: string, batchId: string, first: number, count: number): void {
    inner(this.#batches, sender, () => new Map()).set(batchId, { first, count });
  }

  subscribe(record: SubscriptionRecord): void {
    this.subscriptions.set(record.clientType, record);
  }

  park(record: ParkedRecord): void {
    inner(this.#parked, record.clientType, () => new Map()).set(record.position, record);
  }

  unpark(clientType: string, position: number): void {
    this.#parked.get(clientType)?.delete(position);
  }

  skip(record: UnparkedRecord): void {
    this.#skips.push(record);
    if (!record.applied) inner(this.#skipped, record.clientType, () => new Set()).add(record.position);
  }

  start(incarnation: number): void {
    this.incarnation = incarnation;
  }

  time(time: number): void {
    this.lastTime = Math.max(this.lastTime, time);
  }

  keyState(key: string): KeyState | undefined {
    const head = this.#heads.get(key);
    return head && keyStateOf(head);
  }

  acceptedBatch(sender: string, batchId: string): AcceptedBatch | undefined {
    return this.#batches.get(sender)?.get(batchId);
  }

  matching(term: Term | undefined, after: number): Iterable<number> {
    if (term === undefined) return numbers(Math.max(after, this.after) + 1, this.last);
    return this.#postings.get(term.kind)!.positions(term.text, after);
  }

  lastBefore(time: number): number {
    return this.after + firstIndex(this.#events.length, (at) => this.#events[at]!.time >= time);
  }

  *owed(clientType: string, after: number): Iterable<number> {
    for (const position of this.#owed.get(clientType) ?? NOTHING) if (position > after) yield position;
  }

  owes(clientType: string, position: number): boolean {
    return this.#owed.get(clientType)?.has(position) ?? false;
  }

  owedCount(clientType: string, after: number): number {
    if (after <= this.after) return this.#owed.get(clientType)?.size ?? 0;
    return [...this.owed(clientType, after)].length;
  }

  settled(clientType: string): ReadonlySet<number> {
    return this.#settled.get(clientType) ?? NOTHING;
  }

  skipped(clientType: string): ReadonlySet<number> {
    return this.#skipped.get(clientType) ?? NOTHING;
  }

  *keys(prefix: string, after: string | undefined): Iterable<string> {
    if (this.#sortedKeys.length !== this.#heads.size)
      this.#sortedKeys = [...this.#heads.keys()].sort(compareCodePoints);
    const keys = this.#sortedKeys;
    const inRange = (key: string): boolean =>
      compareCodePoints(key, prefix) >= 0 && (after === undefined || compareCodePoints(key, after) > 0);
    let at = firstIndex(keys.length, (index) => inRange(keys[index]!));
    for (; at < keys.length && keys[at]!.startsWith(prefix); at += 1) yield keys[at]!;
  }

  totals(after: number): ReadonlyMap<string, number> {
    const totals = new Map<string, number>();
    for (const { type, position } of this.#events)
      if (position > after) totals.set(type, (totals.get(type) ?? 0) + 1);
    return totals;
  }

  *skips(): Iterable<UnparkedRecord> {
    for (let at = this.#skips.length - 1; at >= 0; at -= 1) yield this.#skips[at]!;
  }

  async load(positions: readonly number[]): Promise<readonly StoredEvent[]> {
    return this.loadNow(positions);
  }

  loadNow(positions: readonly number[]): readonly StoredEvent[] {
    return positions.map((position) => this.#events[position - this.after - 1]!);
  }
}

function inner<V>(outer: Map<string, V>, name: string, make: () => V): V {
  let value = outer.get(name);
  if (value === undefined) {
    value = make();
    outer.set(name, value);
  }
  return value;
}

function* numbers(first: number, last: number): Iterable<number> {
  for (let number = first; number <= last; number += 1) yield number;
}
