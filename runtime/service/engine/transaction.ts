import { HostError } from '../../lua/vm.js';
import { compileGlob } from '../../state/glob.js';
import { compareKeys } from '../../state/names.js';
import {
  type Expectation,
  type MaybePromise,
  type StateStore,
  StateStoreError,
  type Write,
} from '../../state/state-store.js';
import type { HandlerContext, Update } from '../types.js';
import { HandlerOver, StateUnavailable } from './aborts.js';
import { DataBuffer, integerOf } from './data-buffer.js';
import { expectUnlocked } from './locks.js';
import { andThen, guarded } from './maybe.js';

const NO_UPDATES: readonly Update[] = [];

interface ItemsRead {
  readonly key: string;
  /** index of the first */
  readonly from: number;
  readonly items: readonly string[];
}

interface Published {
  readonly update: Update;
  readonly mode: HandlerContext['mode'];
}

/** Script keys with what stood there before and after: texts (null = none), and lengths of lists that were appended to. */
export interface DataUndo {
  readonly texts: [key: string, before: string | null, after: string | null][];
  readonly lists: [key: string, before: number, after: number][];
}

/**
 * What one run of a handler has read and wants to write. Nothing reaches the store before the handler has returned: reads go
 * to the store once and are remembered with the text they gave, writes stay here and are seen by later reads.
 *
 * Invariants: `expectations()` says exactly what this run knew of the store, so a commit that holds them all is as if the
 * handler had run in one instant. `keys()` is the exception: which keys exist is not remembered, only what they held.
 */
export class Transaction {
  readonly #reads = new Map<string, string | undefined>();
  readonly #lengths = new Map<string, number>();
  /** what was read of lists: the number of items says nothing of one that was written anew */
  readonly #items = new Map<string, ItemsRead>();
  readonly #buffer = new DataBuffer();
  readonly #published: Published[] = [];
  #over: Error | 'over' | undefined;

  constructor(
    private readonly store: StateStore,
    private readonly clock: { now(): number },
  ) {}

  /** From now on every call of the handler is refused with `reason`. */
  close(reason?: Error): void {
    this.#over ??= reason ?? 'over';
  }

  /** @throws HandlerOver, or the reason it was ended for */
  assertOpen(): void {
    if (this.#over === undefined) return;
    // Made here: every run ends with a close, and an error costs a walk of the stack.
    throw this.#over === 'over' ? new HandlerOver('this handler is over') : this.#over;
  }

  get wrote(): boolean {
    return !this.#buffer.empty;
  }

  /** What this run knew: texts, lengths, items, and that nothing of it is another handler's that may yet be taken back. */
  expectations(): Expectation[] {
    const touched = new Set([...this.#reads.keys(), ...this.#lengths.keys(), ...this.#buffer.keys()]);
    return [
      ...[...this.#reads].map(([key, text]): Expectation => ({ space: 'data', key, text })),
      ...[...this.#lengths].map(([key, length]): Expectation => ({ space: 'data', key, length })),
      ...[...this.#items.values()].map((read): Expectation => ({ space: 'data', ...read })),
      ...[...touched].map(expectUnlocked),
    ];
  }

  writes(): Write[] {
    return this.#buffer.writes(this.clock.now());
  }

  /**
   * What it takes to take this run's writes back.
   * @returns undefined if there is no way: a list was deleted, or written over
   */
  async undo(): Promise<DataUndo | undefined> {
    const undo: DataUndo = { texts: [], lists: [] };
    for (const key of this.#buffer.keys()) {
      const change = this.#buffer.change(key);
      // A raised number may stay: it is a lower bound, and says nothing about this run.
      if (change === undefined || change.kind === 'raise') continue;
      if (change.kind === 'push') {
        if (change.fresh) return undefined;
        const length = await this.#length(key);
        undo.lists.push([key, length, length + change.texts.length]);
        continue;
      }
      const before = await this.#textOrList(key);
      if (before === 'list') return undefined;
      undo.texts.push([key, before.text ?? null, change.kind === 'set' ? change.text : null]);
    }
    return undo;
  }

  get(key: string): MaybePromise<string | undefined> {
    const change = this.#buffer.change(key);
    switch (change?.kind) {
      case undefined:
        return this.#read(key);
      case 'set':
        return change.text;
      case 'del':
        return undefined;
      case 'push':
        throw new HostError(`"${key}" holds a list; read it with range`);
      case 'raise':
        return andThen(this.#read(key), (text) =>
          String(Math.max(text === undefined ? 0 : integerOf(key, text), change.value)),
        );
    }
  }

  /** @param expiresAt Unix ms */
  set(key: string, text: string, expiresAt: number | undefined): void {
    this.#buffer.set(key, text, expiresAt);
  }

  publish(update: Update, mode: HandlerContext['mode']): void {
    this.#published.push({ update, mode });
  }

  /** What handlers of these modes have published in this run. */
  published(wanted: (mode: HandlerContext['mode']) => boolean = () => true): readonly Update[] {
    if (this.#published.length === 0) return NO_UPDATES;
    return this.#published.filter(({ mode }) => wanted(mode)).map(({ update }) => update);
  }

  del(key: string): void {
    this.#buffer.del(key);
  }

  push(key: string, text: string): void {
    this.#buffer.push(key, text);
  }

  raise(key: string, value: number): void {
    this.#buffer.raise(key, value);
  }

  /** Hands out numbers at once, outside the transaction; so what was read of the key before no longer binds. */
  increment(key: string, by: number): MaybePromise<number> {
    if (this.#buffer.change(key))
      throw new HostError(`"${key}" was written in this handler; a counter counts at once, before any write`);
    this.#reads.delete(key);
    return this.#ask(key, () => this.store.increment(key, by));
  }

  length(key: string): MaybePromise<number> {
    const { texts, fresh } = this.#pushed(key);
    return fresh ? texts.length : andThen(this.#length(key), (stored) => stored + texts.length);
  }

  /** 0-based, inclusive, negative = from the end */
  range(key: string, first: number, last: number): MaybePromise<readonly string[]> {
    const { texts, fresh } = this.#pushed(key);
    return andThen(fresh ? 0 : this.#length(key), (stored) => {
      const total = stored + texts.length;
      const from = Math.max(0, first < 0 ? total + first : first);
      const to = Math.min(total - 1, last < 0 ? total + last : last);
      if (from > to) return [];
      const pushed = texts.slice(Math.max(0, from - stored), Math.max(0, to - stored + 1));
      if (from >= stored) return pushed;
      const kept = this.#ask(key, () => this.store.range(key, from, Math.min(to, stored - 1)));
      return andThen(kept, (items) => {
        this.#itemsRead({ key, from, items });
        return [...items, ...pushed];
      });
    });
  }

  keys(pattern: string): MaybePromise<readonly string[]> {
    return andThen(
      guarded(() => this.store.keys(pattern), unavailable),
      (stored) => {
        const keys = new Set(stored);
        const matches = compileGlob(pattern);
        for (const key of this.#buffer.keys()) {
          if (this.#buffer.change(key)?.kind === 'del') keys.delete(key);
          else if (matches(key)) keys.add(key);
        }
        return [...keys].sort(compareKeys);
      },
    );
  }

  #read(key: string): MaybePromise<string | undefined> {
    if (this.#reads.has(key)) return this.#reads.get(key);
    return andThen(
      this.#ask(key, () => this.store.get('data', key)),
      (text) => {
        // Two reads of one key may be under way at once: the first one to return is what the handler knows.
        if (!this.#reads.has(key)) this.#reads.set(key, text);
        return this.#reads.get(key);
      },
    );
  }

  #itemsRead(read: ItemsRead): void {
    const name = `${read.from} ${read.items.length} ${read.key}`;
    // A script may ask for the same again and again; if it was given something else, the first answer does not hold any more.
    if (read.items.length > 0 && !this.#items.has(name)) this.#items.set(name, read);
  }

  async #textOrList(key: string): Promise<{ text: string | undefined } | 'list'> {
    try {
      return { text: await this.#read(key) };
    } catch (error) {
      if (error instanceof HostError) return 'list';
      throw error;
    }
  }

  #length(key: string): MaybePromise<number> {
    const known = this.#lengths.get(key);
    if (known !== undefined) return known;
    return andThen(
      this.#ask(key, () => this.store.length(key)),
      (length) => {
        if (!this.#lengths.has(key)) this.#lengths.set(key, length);
        return this.#lengths.get(key) ?? length;
      },
    );
  }

  /** What this run has appended to a list; `fresh`: what the store holds under the key no longer counts. */
  #pushed(key: string): { texts: readonly string[]; fresh: boolean } {
    const change = this.#buffer.change(key);
    switch (change?.kind) {
      case undefined:
        return { texts: [], fresh: false };
      case 'push':
        return change;
      case 'del':
        return { texts: [], fresh: true };
      case 'set':
      case 'raise':
        throw new HostError(`"${key}" holds a plain value, not a list`);
    }
  }

  #ask<T>(key: string, read: () => MaybePromise<T>): MaybePromise<T> {
    return guarded(read, (error) => {
      if (error instanceof StateStoreError && error.code === 'wrong_type')
        throw new HostError(`"${key}": ${error.message}`);
      return unavailable(error);
    });
  }
}

/** A store that is away ends the handler: its script must not go on without its state. */
export function unavailable(error: unknown): never {
  if (error instanceof StateStoreError && error.code === 'unavailable')
    throw new StateUnavailable(error.message, { cause: error });
  throw error;
}
