import { type Clock, systemClock } from '../../common/clock.js';
import type { Logger } from '../../common/log.js';
import type { StateStore } from './state-store.js';

/**
 * The state stores by name, as they stand on the command line: `embedded:DIR`, `memory`, `redis://host:port/db`. A store's
 * library is loaded only when that store is asked for.
 */
export type StateSpec =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis'; readonly url: string };

/** Looks at nothing but the text. @throws Error that says what is wrong with it */
export function parseStateSpec(spec: string): StateSpec {
  if (spec === 'memory') return { kind: 'memory' };
  if (spec.startsWith('embedded:')) {
    const directory = spec.slice('embedded:'.length);
    if (directory === '') throw new Error('embedded: needs a directory, as in embedded:./data/state');
    return { kind: 'embedded', directory };
  }
  if (/^rediss?:/.test(spec)) return { kind: 'redis', url: redisUrl(spec) };
  throw new Error(`unknown state store "${spec}": use embedded:DIR, memory or redis://host:port/db`);
}

/**
 * Opens the state of a client type, and creates it if there is none.
 * @throws Error for a wrong spec, StateStoreError `unavailable`
 */
export async function openState(
  spec: string,
  clientType: string,
  log: Logger,
  clock: Clock = systemClock,
): Promise<StateStore> {
  const store = await createStore(parseStateSpec(spec), clientType, log, clock);
  await store.open();
  return store;
}

async function createStore(
  spec: StateSpec,
  clientType: string,
  log: Logger,
  clock: Clock,
): Promise<StateStore> {
  switch (spec.kind) {
    case 'memory': {
      const [{ MemoryState }, { MemoryStore }] = await Promise.all([
        import('./memory/memory-state.js'),
        import('./memory/memory-store.js'),
      ]);
      return new MemoryStore(new MemoryState(clock));
    }
    case 'embedded': {
      const { LmdbStore } = await import('./lmdb/lmdb-store.js');
      return new LmdbStore(spec.directory, clientType, clock, (reason) =>
        log.warn({ reason }, 'the embedded state cannot be believed: it is thrown away, and built anew'),
      );
    }
    case 'redis': {
      const { RedisStore } = await import('./redis/redis-store.js');
      return new RedisStore(spec.url, clientType, log);
    }
  }
}

/** The text without its password may appear in messages; the whole never does. */
function redisUrl(spec: string): string {
  if (!URL.canParse(spec)) throw new Error('the address of Redis is not readable: use redis://host:port/db');
  const { hostname, pathname } = new URL(spec);
  if (hostname === '') throw new Error('the address of Redis names no host: use redis://host:port/db');
  if (!/^\/?\d*$/.test(pathname))
    throw new Error(`the database of Redis is a number, not "${pathname.slice(1)}"`);
  return spec;
}
