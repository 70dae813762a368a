import { useSyncExternalStore } from 'react';
import type { Readable } from './store.js';

/** The store's value, and a new rendering whenever it changes. */
export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
