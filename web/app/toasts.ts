/** Short news that needs no answer. Each leaves by itself, or when it is dismissed. */
import { createStore, type Readable } from '../platform/store.js';
import type { Timers } from '../platform/timers.js';

export interface Toast {
  id: number;
  text: string;
}

export interface Toasts extends Readable<readonly Toast[]> {
  show(text: string): void;
  dismiss(id: number): void;
}

const SHOWN_MS = 8000;

export function createToasts(timers: Timers): Toasts {
  const store = createStore<readonly Toast[]>([]);
  let last = 0;
  const dismiss = (id: number) => store.set(store.get().filter((toast) => toast.id !== id));
  return {
    get: store.get,
    subscribe: store.subscribe,
    dismiss,
    show(text) {
      last += 1;
      const id = last;
      store.set([...store.get(), { id, text }]);
      timers.after(SHOWN_MS, () => dismiss(id));
    },
  };
}
