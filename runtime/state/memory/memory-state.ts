import { type Clock, systemClock } from '../../../common/clock.js';
import type { Item, Items } from '../items.js';
import { compareKeys } from '../names.js';
import type { Space } from '../state-store.js';

/** Entries with a time to live that are let pass between two sweeps, at least. */
const SWEEP_MIN = 1000;

type Stored =
  | { readonly kind: 'text'; readonly text: string; readonly expires: number | undefined }
  | { readonly kind: 'list'; readonly items: string[] };

function isOver(stored: Stored, now: number): boolean {
  return stored.kind === 'text' && stored.expires !== undefined && stored.expires <= now;
}

/**
 * The state of one client type in the memory of this process, gone with it. Several stores may be opened over one
 * `MemoryState`, as several instances share one state; all answer at once.
 */
export class MemoryState implements Items {
  readonly #spaces = new Map<Space, Map<string, Stored>>();
  readonly #clock: Clock;
  /** entries with a time to live written since the last sweep, and how many are let pass until the next */
  #expiring = 0;
  #sweepAt = SWEEP_MIN;
  #undo: (() => void)[] = [];

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  item(space: Space, key: string): Item | undefined {
    const stored = this.#stored(space, key);
    if (stored === undefined) return undefined;
    return stored.kind === 'list' ? { kind: 'list', length: stored.items.length } : stored;
  }

  listItems(key: string, from: number, count: number): readonly string[] {
    return this.list(key).slice(from, from + count);
  }

  putText(space: Space, key: string, text: string, expires: number | undefined): void {
    this.#replace(space, key, { kind: 'text', text, expires });
    if (expires !== undefined) this.#sweepSometimes();
  }

  append(key: string, length: number, texts: readonly string[]): void {
    const stored = this.#stored('data', key);
    if (stored?.kind !== 'list') {
      this.#replace('data', key, { kind: 'list', items: [...texts] });
      return;
    }
    for (const text of texts) stored.items.push(text);
    this.#undo.push(() => stored.items.splice(length));
  }

  remove(space: Space, key: string): void {
    this.#replace(space, key, undefined);
  }

  list(key: string): readonly string[] {
    const stored = this.#stored('data', key);
    return stored?.kind === 'list' ? stored.items : [];
  }

  keys(space: Space): string[] {
    return [...this.#space(space).keys()]
      .filter((key) => this.#stored(space, key) !== undefined)
      .sort(compareKeys);
  }

  /** entries held, those whose time is over among them */
  size(): number {
    return [...this.#spaces.values()].reduce((sum, entries) => sum + entries.size, 0);
  }

  /** One step: all of it, or, when it throws, none of it. */
  step<T>(change: () => T): T {
    this.#undo = [];
    try {
      return change();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    } finally {
      this.#undo = [];
    }
  }

  clear(): void {
    this.#spaces.clear();
  }

  #space(space: Space): Map<string, Stored> {
    const known = this.#spaces.get(space);
    if (known !== undefined) return known;
    const entries = new Map<string, Stored>();
    this.#spaces.set(space, entries);
    return entries;
  }

  #stored(space: Space, key: string): Stored | undefined {
    const stored = this.#space(space).get(key);
    return stored !== undefined && isOver(stored, this.now()) ? undefined : stored;
  }

  #replace(space: Space, key: string, stored: Stored | undefined): void {
    const entries = this.#space(space);
    const before = entries.get(key);
    const put = (value: Stored | undefined) =>
      value === undefined ? entries.delete(key) : entries.set(key, value);
    put(stored);
    this.#undo.push(() => put(before));
  }

  /** Entries whose time is over take memory until they are swept: when as many again have come as were left the last time. */
  #sweepSometimes(): void {
    this.#expiring += 1;
    if (this.#expiring < this.#sweepAt) return;
    const now = this.now();
    let left = 0;
    for (const entries of this.#spaces.values())
      for (const [key, stored] of entries) {
        if (isOver(stored, now)) entries.delete(key);
        else if (stored.kind === 'text' && stored.expires !== undefined) left += 1;
      }
    this.#expiring = 0;
    this.#sweepAt = Math.max(SWEEP_MIN, left);
  }
}
