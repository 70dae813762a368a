import { stateName } from '../names.js';
import type { Space } from '../state-store.js';

/**
 * Where a state lies in Redis, readable with redis-cli. With the client type `accounts`:
 *
 *   accounts:<key>            a value or list of the script
 *   accounts:~mark            hash: consistency key -> mark
 *   accounts:~outbox          hash: batch id -> entry
 *   accounts:~meta:<key>      text
 *   accounts:~answer:<key>    text with a time to live
 *
 * A key of the script that begins with `~` gets one more, so it never meets the host's.
 */
export class RedisLayout {
  readonly prefix: string;

  constructor(clientType: string) {
    this.prefix = `${stateName(clientType)}:`;
  }

  /** The Redis key of an entry, and its field if the space is a hash. */
  place(space: Space, key: string): { key: string; field: string | undefined } {
    if (space === 'mark' || space === 'outbox') return { key: this.hash(space), field: key };
    return { key: this.entryPrefix(space, key), field: undefined };
  }

  hash(space: 'mark' | 'outbox'): string {
    return `${this.prefix}~${space}`;
  }

  /** What the Redis keys of all entries begin with whose own key begins with `start`. */
  entryPrefix(space: 'data' | 'meta' | 'answer', start: string): string {
    if (space !== 'data') return `${this.prefix}~${space}:${start}`;
    return `${this.prefix}${start.startsWith('~') ? '~' : ''}${start}`;
  }

  /** The entry's own key; undefined if the Redis key is no entry of this space. */
  keyIn(space: 'data' | 'meta' | 'answer', redisKey: string): string | undefined {
    if (space !== 'data') return redisKey.slice(`${this.prefix}~${space}:`.length);
    const key = redisKey.slice(this.prefix.length);
    if (!key.startsWith('~')) return key;
    return key.startsWith('~~') ? key.slice(1) : undefined;
  }
}

/** A text as a glob pattern that matches only itself. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}
