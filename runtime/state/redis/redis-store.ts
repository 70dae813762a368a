import type { Redis } from 'ioredis';
import type { Logger } from '../../../common/log.js';
import { compileGlob, literalPrefix } from '../glob.js';
import { compareKeys } from '../names.js';
import {
  type Commit,
  type CommitResult,
  type Expectation,
  type Space,
  type StateStore,
  StateStoreError,
  type Write,
} from '../state-store.js';
import { RedisConnection } from './connection.js';
import { escapeGlob, RedisLayout } from './layout.js';
import { COMMIT, INCREMENT, type Script } from './scripts.js';

/**
 * The state of one client type in Redis, shared by instances on any number of machines. One server-side script per commit;
 * see layout.ts for where things lie. Not for Redis Cluster: the keys of a commit would lie on several nodes.
 * Needs Redis 6 or later.
 */
const SCAN_COUNT = 1000;
const PAGE_KEYS = 500;

export class RedisStore implements StateStore {
  readonly #connection: RedisConnection;
  readonly #layout: RedisLayout;

  constructor(url: string, clientType: string, log: Logger) {
    this.#connection = new RedisConnection(url, log);
    this.#layout = new RedisLayout(clientType);
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  epoch(): number {
    return this.#connection.losses;
  }

  async get(space: Space, key: string): Promise<string | undefined> {
    const place = this.#layout.place(space, key);
    const text = await this.#connection.run((redis) =>
      place.field === undefined ? redis.get(place.key) : redis.hget(place.key, place.field),
    );
    return text ?? undefined;
  }

  range(key: string, first: number, last: number): Promise<readonly string[]> {
    return this.#connection.run((redis) => redis.lrange(this.#layout.place('data', key).key, first, last));
  }

  length(key: string): Promise<number> {
    return this.#connection.run((redis) => redis.llen(this.#layout.place('data', key).key));
  }

  async commit({ expect, writes }: Commit): Promise<CommitResult> {
    const operations = [
      ...expect.map((expectation) => this.#expectation(expectation)),
      ...writes.flatMap((write) => this.#write(write)),
    ];
    if (operations.length === 0) return { ok: true };
    const failed = await this.#script(COMMIT, operations);
    const conflict = expect[failed - 1];
    return conflict === undefined ? { ok: true } : { ok: false, conflict };
  }

  async increment(key: string, by: number): Promise<number> {
    checkInteger(key, by);
    return this.#script(INCREMENT, [{ key: this.#layout.place('data', key).key, arguments: [String(by)] }]);
  }

  async keys(pattern: string): Promise<readonly string[]> {
    const keys = await this.#keysWith('data', literalPrefix(pattern));
    return keys.filter(compileGlob(pattern));
  }

  /** In the spaces that are no hash this reads the names of all their keys: for people and sweeps, not for handlers. */
  async scan(
    space: Space,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [string, string])[]> {
    const isHash = space === 'mark' || space === 'outbox';
    const all = isHash
      ? (await this.#connection.run((redis) => redis.hkeys(this.#layout.hash(space)))).sort(compareKeys)
      : await this.#keysWith(space, '');
    const keys = after === undefined ? all : all.filter((key) => compareKeys(key, after) > 0);
    const found: [string, string][] = [];
    const pageKeys = Math.min(PAGE_KEYS, limit);
    for (let at = 0; at < keys.length && found.length < limit; at += pageKeys) {
      const page = keys.slice(at, at + pageKeys);
      const texts = await this.#connection.run((redis) =>
        isHash
          ? redis.hmget(this.#layout.hash(space), ...page)
          : redis.mget(page.map((key) => this.#layout.place(space, key).key)),
      );
      for (const [n, text] of texts.entries()) if (typeof text === 'string') found.push([page[n]!, text]);
    }
    return found.slice(0, limit);
  }

  /** The space `meta` goes first: without a generation in it, no handler of any instance can commit meanwhile. */
  async clear(): Promise<void> {
    for (const start of [`${this.#layout.prefix}~meta:`, this.#layout.prefix])
      for await (const keys of this.#scanned(start))
        if (keys.length > 0) await this.#connection.run((redis) => redis.unlink(keys));
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  /** Entries whose key begins with `start`, sorted. */
  async #keysWith(space: 'data' | 'meta' | 'answer', start: string): Promise<string[]> {
    const keys = new Set<string>();
    for await (const page of this.#scanned(this.#layout.entryPrefix(space, start)))
      for (const redisKey of page) {
        const key = this.#layout.keyIn(space, redisKey);
        if (key !== undefined) keys.add(key);
      }
    return [...keys].sort(compareKeys);
  }

  /** Pages of Redis keys that begin with `start`; a key may come twice. */
  async *#scanned(start: string): AsyncIterable<string[]> {
    const match = `${escapeGlob(start)}*`;
    let cursor = '0';
    do {
      const [next, keys] = await this.#connection.run((redis) =>
        redis.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT),
      );
      yield keys;
      cursor = next;
    } while (cursor !== '0');
  }

  #expectation(expectation: Expectation): Operation {
    const { key, field } = this.#layout.place(expectation.space, expectation.key);
    if ('items' in expectation)
      return { key, arguments: ['items', String(expectation.from), lengthsAndTexts(expectation.items)] };
    if ('length' in expectation) return { key, arguments: ['len', String(expectation.length), ''] };
    const { text } = expectation;
    if (field === undefined)
      return { key, arguments: text === undefined ? ['no', '', ''] : ['is', '', text] };
    return { key, arguments: text === undefined ? ['hno', field, ''] : ['his', field, text] };
  }

  #write(write: Write): Operation[] {
    const { key, field } = this.#layout.place('space' in write ? write.space : 'data', write.key);
    switch (write.op) {
      case 'set':
        if (field === undefined) return [{ key, arguments: ['set', String(write.ttlMs ?? ''), write.text] }];
        if (write.ttlMs !== undefined) throw new TypeError(`the space ${write.space} has no times to live`);
        return [{ key, arguments: ['hset', field, write.text] }];
      case 'del':
        return [{ key, arguments: field === undefined ? ['del', '', ''] : ['hdel', field, ''] }];
      case 'raise':
        checkInteger(write.key, write.value);
        return [{ key, arguments: ['raise', String(write.value), ''] }];
      case 'push':
        return write.texts.map((text) => ({ key, arguments: ['push', '', text] }));
    }
  }

  /** By its hash; the whole text goes over only when the server does not know it (any more). */
  #script(script: Script, operations: readonly Operation[]): Promise<number> {
    const keys = operations.map(({ key }) => key);
    const rest = [keys.length, ...keys, ...operations.flatMap((operation) => operation.arguments)];
    return this.#connection.run(async (redis: Redis) => {
      try {
        return Number(await redis.call('EVALSHA', [script.sha, ...rest]));
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return Number(await redis.call('EVAL', [script.text, ...rest]));
      }
    });
  }
}

interface Operation {
  readonly key: string;
  readonly arguments: readonly string[];
}

function checkInteger(key: string, value: number): void {
  if (!Number.isSafeInteger(value))
    throw new StateStoreError('wrong_type', `${key} would leave the integers within ±(2^53-1)`);
}

/** As `scripts.ts` reads them. */
function lengthsAndTexts(items: readonly string[]): string {
  return items.map((text) => `${Buffer.byteLength(text)}:${text}`).join('');
}
