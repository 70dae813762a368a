import type { Item, Items } from '../items.js';
import type { Space } from '../state-store.js';
import type { Database } from './environment.js';
import {
  bytesOf,
  decode,
  encodeList,
  encodeText,
  entryKey,
  entryName,
  expiredRange,
  expiryIn,
  expiryKey,
  listItemKey,
} from './layout.js';

/** Expired entries removed for each entry written that will expire: more than come in, so they never pile up. */
const EXPIRED_REMOVED_PER_ENTRY = 8;

/** The table of items of items.ts within one transaction of a database, in which nobody else writes: each is read once. */
export class LmdbItems implements Items {
  readonly #database: Database;
  readonly #known = new Map<string, Item | undefined>();
  #wroteExpiring = 0;

  constructor(
    database: Database,
    /** Unix ms */
    readonly now: number,
  ) {
    this.#database = database;
  }

  item(space: Space, key: string): Item | undefined {
    const name = entryName(space, key);
    const known = this.#known.get(name);
    if (known !== undefined || this.#known.has(name)) return known;
    const item = this.#stored(name);
    this.#known.set(name, item);
    return item;
  }

  listItems(key: string, from: number, count: number): readonly string[] {
    return Array.from({ length: count }, (_, n) => this.#database.get(listItemKey(key, from + n)) ?? '');
  }

  putText(space: Space, key: string, text: string, expires: number | undefined): void {
    const entry = entryKey(space, key);
    this.#removeListItems(space, key);
    this.#database.putSync(entry, encodeText(text, expires));
    this.#known.set(entryName(space, key), { kind: 'text', text, expires });
    if (expires === undefined) return;
    this.#database.putSync(expiryKey(expires, entry), '');
    this.#wroteExpiring += 1;
  }

  append(key: string, length: number, texts: readonly string[]): void {
    for (const [index, text] of texts.entries())
      this.#database.putSync(listItemKey(key, length + index), text);
    this.#database.putSync(entryKey('data', key), encodeList(length + texts.length));
    this.#known.set(entryName('data', key), { kind: 'list', length: length + texts.length });
  }

  remove(space: Space, key: string): void {
    this.#removeListItems(space, key);
    this.#database.removeSync(entryKey(space, key));
    this.#known.set(entryName(space, key), undefined);
  }

  /** To be called at the end of the transaction. */
  removeSomeExpired(): void {
    if (this.#wroteExpiring === 0) return;
    const limit = EXPIRED_REMOVED_PER_ENTRY * this.#wroteExpiring;
    const range = { ...expiredRange(this.now), limit };
    for (const key of [...this.#database.getKeys(range)]) {
      const { expires, entry } = expiryIn(key);
      const value = this.#database.get(entry);
      const item = value === undefined ? undefined : decode(value);
      // It may have been written again since, with another time or none.
      if (item?.kind === 'text' && item.expires === expires) this.#database.removeSync(entry);
      this.#database.removeSync(key);
    }
  }

  #stored(name: string): Item | undefined {
    const value = this.#database.get(bytesOf(name));
    if (value === undefined) return undefined;
    const item = decode(value);
    const isOver = item.kind === 'text' && item.expires !== undefined && item.expires <= this.now;
    return isOver ? undefined : item;
  }

  #removeListItems(space: Space, key: string): void {
    if (space !== 'data') return;
    const item = this.item(space, key);
    if (item?.kind !== 'list') return;
    for (let index = 0; index < item.length; index += 1) this.#database.removeSync(listItemKey(key, index));
  }
}
