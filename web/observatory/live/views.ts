/** Filters under a name, kept in this browser. */
import type { Keep } from '../../platform/storage.js';
import { createStore, type Readable } from '../../platform/store.js';
import { searchOf } from '../search.js';
import type { Filter } from './filter.js';

export interface View {
  readonly name: string;
  readonly filter: Filter;
}

export interface Views extends Readable<readonly View[]> {
  /** In place of a view of the same name, if there is one. */
  save(view: View): void;
  remove(name: string): void;
}

const KEPT_AS = 'observatory.views';
const filterOf = searchOf('types', 'key', 'correlation', 'sender', 'q');

export function openViews(keep: Keep): Views {
  const store = createStore<readonly View[]>(viewsIn(keep.read(KEPT_AS)));
  const set = (views: readonly View[]) => {
    store.set(views);
    keep.write(KEPT_AS, views);
  };
  const without = (name: string) => store.get().filter((view) => view.name !== name);
  return {
    get: store.get,
    subscribe: store.subscribe,
    save: (view) => set([...without(view.name), view].sort((a, b) => a.name.localeCompare(b.name))),
    remove: (name) => set(without(name)),
  };
}

/** What was kept may be from another version: only what is a view is taken. */
function viewsIn(kept: unknown): View[] {
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((item: unknown) => {
    const { name, filter } = (item ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof filter !== 'object' || filter === null) return [];
    return [{ name, filter: filterOf(filter as Record<string, unknown>) }];
  });
}
