import type { EventStore, LogRecord } from '../../../bus/store/event-store.js';

/** What the bus of the simulation uses of an event store; plants put themselves in front of it. */
export type Log = Pick<EventStore, 'append' | 'keyState' | 'batch' | 'read' | 'owed' | 'debt'>;

/** The store, telling what has become durable: it looks under whatever is planted in front of it. */
export function watchedLog(store: EventStore, durable: (records: readonly LogRecord[]) => void): Log {
  return {
    append: async (records) => {
      await store.append(records);
      durable(records);
    },
    keyState: (key) => store.keyState(key),
    batch: (sender, batchId) => store.batch(sender, batchId),
    read: (filter) => store.read(filter),
    owed: (clientType, range) => store.owed(clientType, range),
    debt: (clientType) => store.debt(clientType),
  };
}
