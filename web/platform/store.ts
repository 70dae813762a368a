/**
 * A plain observable value: what lives outside React (session, connection, preferences) is kept in one of these.
 * Listeners are called after each change, never for a value that is the same.
 */
export interface Readable<T> {
  get(): T;
  /** Calls back after each change; returns the way to stop that. */
  subscribe(listener: () => void): () => void;
}

export interface Store<T> extends Readable<T> {
  set(value: T): void;
}

export function createStore<T>(initial: T): Store<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
