import { HostError } from '../../lua/vm.js';
import type { Write } from '../../state/state-store.js';

/**
 * The buffered writes of one handler to the script's keys: at most one pending change per key, applied over what the store
 * holds when it is read, and turned into store writes at the commit.
 */
export type Change =
  /** `expiresAt`: Unix ms */
  | { readonly kind: 'set'; readonly text: string; readonly expiresAt: number | undefined }
  | { readonly kind: 'del' }
  /** `fresh`: the key was deleted before, so the list starts anew */
  | { readonly kind: 'push'; readonly texts: readonly string[]; readonly fresh: boolean }
  | { readonly kind: 'raise'; readonly value: number };

export class DataBuffer {
  readonly #changes = new Map<string, Change>();

  get empty(): boolean {
    return this.#changes.size === 0;
  }

  change(key: string): Change | undefined {
    return this.#changes.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#changes.keys();
  }

  set(key: string, text: string, expiresAt: number | undefined): void {
    this.#changes.set(key, { kind: 'set', text, expiresAt });
  }

  del(key: string): void {
    this.#changes.set(key, { kind: 'del' });
  }

  /** @throws HostError if this handler has just written a plain value there */
  push(key: string, text: string): void {
    const change = this.#changes.get(key);
    if (change?.kind === 'set' || change?.kind === 'raise')
      throw new HostError(`"${key}" holds a plain value, not a list`);
    const texts = change?.kind === 'push' ? [...change.texts, text] : [text];
    const fresh = change?.kind === 'del' || (change?.kind === 'push' && change.fresh);
    this.#changes.set(key, { kind: 'push', texts, fresh });
  }

  /** @throws HostError if this handler has just written something there that is no integer */
  raise(key: string, value: number): void {
    const change = this.#changes.get(key);
    switch (change?.kind) {
      case undefined:
        this.#changes.set(key, { kind: 'raise', value });
        return;
      case 'raise':
        this.#changes.set(key, { kind: 'raise', value: Math.max(change.value, value) });
        return;
      case 'del':
        this.set(key, String(Math.max(0, value)), undefined);
        return;
      case 'set':
        this.set(key, String(Math.max(integerOf(key, change.text), value)), change.expiresAt);
        return;
      case 'push':
        throw new HostError(`"${key}" holds a list, not a number`);
    }
  }

  /** @param now Unix ms: what has expired by then is removed instead */
  writes(now: number): Write[] {
    return [...this.#changes].flatMap(([key, change]) => storeWrites(key, change, now));
  }
}

function storeWrites(key: string, change: Change, now: number): Write[] {
  switch (change.kind) {
    case 'set': {
      const { text, expiresAt } = change;
      if (expiresAt === undefined) return [{ op: 'set', space: 'data', key, text }];
      if (expiresAt <= now) return [{ op: 'del', space: 'data', key }];
      return [{ op: 'set', space: 'data', key, text, ttlMs: expiresAt - now }];
    }
    case 'del':
      return [{ op: 'del', space: 'data', key }];
    case 'raise':
      return [{ op: 'raise', key, value: change.value }];
    case 'push': {
      const push: Write = { op: 'push', key, texts: change.texts };
      return change.fresh ? [{ op: 'del', space: 'data', key }, push] : [push];
    }
  }
}

/** @throws HostError naming the key */
export function integerOf(key: string, text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new HostError(`"${key}" does not hold an integer`);
  return value;
}
