import { LmdbStore } from '../../../runtime/state/lmdb/lmdb-store.js';
import { MemoryState } from '../../../runtime/state/memory/memory-state.js';
import { MemoryStore } from '../../../runtime/state/memory/memory-store.js';
import type { Commit, MaybePromise, Space, StateStore } from '../../../runtime/state/state-store.js';
import type { World } from '../world.js';

const SPACES: readonly Space[] = ['data', 'mark', 'outbox', 'answer', 'meta'];

/** All of a state, to be set back to later. Times to live are not kept. */
export type StateCopy = readonly Commit['writes'][number][];

export function memoryState({ agenda }: World): StateStore {
  return new MemoryStore(new MemoryState(agenda.clock));
}

/** In a directory of the caller's. */
export function embeddedState({ agenda }: World, directory: string): StateStore {
  return new LmdbStore(directory, 'accounts', agenda.clock);
}

/** The stores of the simulation answer at once, but for commits. */
export function atOnce<T>(answer: MaybePromise<T>): T {
  if (answer instanceof Promise) throw new Error('this store does not answer at once');
  return answer;
}

export function copyState(store: StateStore): StateCopy {
  const texts = SPACES.flatMap((space) =>
    atOnce(store.scan(space, undefined, Number.MAX_SAFE_INTEGER)).map(
      ([key, text]) => ({ op: 'set', space, key, text }) as const,
    ),
  );
  const known = new Set(texts.filter(({ space }) => space === 'data').map(({ key }) => key));
  const lists = atOnce(store.keys('*'))
    .filter((key) => !known.has(key))
    .map((key) => ({ op: 'push', key, texts: atOnce(store.range(key, 0, -1)) }) as const);
  return [...texts, ...lists];
}

export async function setState(store: StateStore, copy: StateCopy): Promise<void> {
  await store.clear();
  await store.commit({ expect: [], writes: copy });
}
