import type { EventStore } from './event-store.js';

/** What every store is told by whoever runs the bus. */
export interface StoreOptions {
  /** waits so long before each flush, to feel like a slower disk; 0 = not */
  readonly flushDelayMs?: number;
  /** told what an operator should know: a torn tail was cut, a failed write was taken back */
  readonly notice?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

interface StoreKind {
  /** as it is written in `--store` */
  readonly form: string;
  readonly needsPlace: boolean;
  create(place: string, options: StoreOptions): Promise<EventStore>;
}

/** Every event store of the bus. A library is loaded only with the store that needs it. */
export const STORES: Readonly<Record<string, StoreKind>> = {
  memory: {
    form: 'memory',
    needsPlace: false,
    create: async () => new (await import('./memory/memory-store.js')).MemoryStore(),
  },
  log: {
    form: 'log:DIR',
    needsPlace: true,
    create: async (place, options) => new (await import('./log/log-store.js')).LogStore(place, options),
  },
};

/** What was given as `--store` names no store. The message is for the person who typed it. */
export class StoreSpecError extends Error {
  constructor(spec: string) {
    const forms = Object.values(STORES).map(({ form }) => form);
    super(`unknown store '${spec}': expected ${forms.join(' or ')}`);
    this.name = 'StoreSpecError';
  }
}

/** The store that `--store` names; whoever gets it calls its `open`. @throws StoreSpecError */
export async function createEventStore(spec: string, options: StoreOptions = {}): Promise<EventStore> {
  const { kind, place } = parseStore(spec);
  return kind.create(place, options);
}

/** The directory of `log:DIR`. @throws StoreSpecError if the spec names another store */
export function logDirectory(spec: string): string {
  const { kind, place } = parseStore(spec);
  if (kind !== STORES.log) throw new StoreSpecError(spec);
  return place;
}

function parseStore(spec: string): { kind: StoreKind; place: string } {
  const colon = spec.indexOf(':');
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const place = colon < 0 ? '' : spec.slice(colon + 1);
  const kind = Object.hasOwn(STORES, name) ? STORES[name] : undefined;
  if (kind === undefined || kind.needsPlace !== (place !== '')) throw new StoreSpecError(spec);
  return { kind, place };
}
