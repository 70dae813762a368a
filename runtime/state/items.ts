import {
  type Commit,
  type CommitResult,
  type Expectation,
  type Space,
  StateStoreError,
} from './state-store.js';

/**
 * What a commit means, written once for the stores that run in this process (memory, LMDB): they bring a table of items and
 * make one step of it, undoing everything when `applyCommit` throws. The Redis script says the same in Lua; the contract
 * suite holds the two together.
 */
export type Item =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Unix ms at which it ends; undefined = never */
      readonly expires: number | undefined;
    }
  | { readonly kind: 'list'; readonly length: number };

export interface Items {
  /** undefined also if its time to live is over */
  item(space: Space, key: string): Item | undefined;
  /** `count` items of the list under a `data` key, which has them all */
  listItems(key: string, from: number, count: number): readonly string[];
  /** Replaces whatever stands there. */
  putText(space: Space, key: string, text: string, expires: number | undefined): void;
  /** Appends to the list under a `data` key, which has `length` items so far; 0 = there is none. */
  append(key: string, length: number, texts: readonly string[]): void;
  remove(space: Space, key: string): void;
}

/** @throws StateStoreError `wrong_type`, possibly after some of the writes */
export function applyCommit(items: Items, { expect, writes }: Commit, now: number): CommitResult {
  const conflict = expect.find((expectation) => !holds(items, expectation));
  if (conflict !== undefined) return { ok: false, conflict };
  for (const write of writes) {
    if (write.op === 'set') items.putText(write.space, write.key, write.text, expiry(write.ttlMs, now));
    else if (write.op === 'del') items.remove(write.space, write.key);
    else if (write.op === 'raise') raise(items, write.key, write.value);
    else if (write.texts.length > 0) push(items, write.key, write.texts);
  }
  return { ok: true };
}

/** Adds to the integer under a `data` key, keeps its time to live, and returns the sum. @throws StateStoreError `wrong_type` */
export function increment(items: Items, key: string, by: number): number {
  const item = items.item('data', key);
  const sum = integerOf(key, item) + by;
  if (!Number.isSafeInteger(by) || !Number.isSafeInteger(sum)) throw outOfRange(key);
  items.putText('data', key, String(sum), expiresOf(item));
  return sum;
}

/** @throws StateStoreError `wrong_type` for a list */
export function textOf(key: string, item: Item | undefined): string | undefined {
  if (item?.kind === 'list') throw new StateStoreError('wrong_type', `${key} holds a list, no value`);
  return item?.text;
}

/** @throws StateStoreError `wrong_type` for a plain value */
export function lengthOf(key: string, item: Item | undefined): number {
  if (item?.kind === 'text') throw new StateStoreError('wrong_type', `${key} holds a value, no list`);
  return item?.length ?? 0;
}

/** first…last as in LRANGE (inclusive, negative = from the end) as indexes from (inclusive), to (exclusive) */
export function window(length: number, first: number, last: number): { from: number; to: number } {
  const from = Math.max(0, first < 0 ? length + first : first);
  const to = Math.min(length, (last < 0 ? length + last : last) + 1);
  return { from, to: Math.max(from, to) };
}

function holds(items: Items, expectation: Expectation): boolean {
  const item = items.item(expectation.space, expectation.key);
  if ('items' in expectation) {
    const { key, from, items: expected } = expectation;
    if (item?.kind !== 'list' || item.length < from + expected.length) return false;
    return items.listItems(key, from, expected.length).every((text, n) => text === expected[n]);
  }
  if ('length' in expectation)
    return expectation.length === 0
      ? item === undefined
      : item?.kind === 'list' && item.length === expectation.length;
  return expectation.text === undefined
    ? item === undefined
    : item?.kind === 'text' && item.text === expectation.text;
}

function expiry(ttlMs: number | undefined, now: number): number | undefined {
  return ttlMs === undefined ? undefined : now + ttlMs;
}

function raise(items: Items, key: string, value: number): void {
  const item = items.item('data', key);
  const current = integerOf(key, item);
  if (!Number.isSafeInteger(value)) throw outOfRange(key);
  if (value > current) items.putText('data', key, String(value), expiresOf(item));
}

function push(items: Items, key: string, texts: readonly string[]): void {
  items.append(key, lengthOf(key, items.item('data', key)), texts);
}

const INTEGER = /^(0|-?[1-9][0-9]{0,15})$/;

/** 0 if there is none */
function integerOf(key: string, item: Item | undefined): number {
  if (item === undefined) return 0;
  const value = item.kind === 'text' && INTEGER.test(item.text) ? Number(item.text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new StateStoreError('wrong_type', `${key} holds no integer`);
  return value;
}

function expiresOf(item: Item | undefined): number | undefined {
  return item?.kind === 'text' ? item.expires : undefined;
}

function outOfRange(key: string): StateStoreError {
  return new StateStoreError('wrong_type', `${key} would leave the integers within ±(2^53-1)`);
}
