import type { Item, Items } from '../items.js';
import type { Space } from '../state-store.js';
import type { Database } from './environment.js';
import {
  decode,
  encodeList,
  encodeText,
  entryKey,
  expiredRange,
  expiryIn,
  expiryKey,
  listItemKey,
} from './layout.js';

/** Expired entries removed after each commit that writes one more: more than come in, so they never pile up. */
const EXPIRED_REMOVED_PER_COMMIT = 8;

/** The table of items of items.ts within one transaction of a database. */
export class LmdbItems implements Items {
  readonly #database: Database;
  readonly #now: number;
  #wroteExpiring = false;

  /** @param now Unix ms */
  constructor(database: Database, now: number) {
    this.#database = database;
    this.#now = now;
  }

  item(space: Space, key: string): Item | undefined {
    const value = this.#database.get(entryKey(space, key));
    if (value === undefined) return undefined;
    const item = decode(value);
    const isOver = item.kind === 'text' && item.expires !== undefined && item.expires <= this.#now;
    return isOver ? undefined : item;
  }

  putText(space: Space, key: string, text: string, expires: number | undefined): void {
    const entry = entryKey(space, key);
    this.#removeListItems(space, key);
    this.#database.putSync(entry, encodeText(text, expires));
    if (expires === undefined) return;
    this.#database.putSync(expiryKey(expires, entry), '');
    this.#wroteExpiring = true;
  }

  append(key: string, length: number, texts: readonly string[]): void {
    for (const [index, text] of texts.entries())
      this.#database.putSync(listItemKey(key, length + index), text);
    this.#database.putSync(entryKey('data', key), encodeList(length + texts.length));
  }

  remove(space: Space, key: string): void {
    this.#removeListItems(space, key);
    this.#database.removeSync(entryKey(space, key));
  }

  /** To be called at the end of a commit. */
  removeSomeExpired(): void {
    if (!this.#wroteExpiring) return;
    const range = { ...expiredRange(this.#now), limit: EXPIRED_REMOVED_PER_COMMIT };
    for (const key of [...this.#database.getKeys(range)]) {
      const { expires, entry } = expiryIn(key);
      const value = this.#database.get(entry);
      const item = value === undefined ? undefined : decode(value);
      // It may have been written again since, with another time or none.
      if (item?.kind === 'text' && item.expires === expires) this.#database.removeSync(entry);
      this.#database.removeSync(key);
    }
  }

  #removeListItems(space: Space, key: string): void {
    if (space !== 'data') return;
    const item = this.item(space, key);
    if (item?.kind !== 'list') return;
    for (let index = 0; index < item.length; index += 1) this.#database.removeSync(listItemKey(key, index));
  }
}
