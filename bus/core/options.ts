import type { CoreOptions } from './types.js';

export const DEFAULT_CORE_OPTIONS: CoreOptions = {
  debts: {},
  autoAcknowledge: [],
  attemptsMax: 5,
  retryDelayMs: 1_000,
  retryDelayMaxMs: 60_000,
  // Shorter, and a slow handler does its work twice; longer, and the keys of a stuck instance wait longer.
  ackDeadlineMs: 30_000,
  // Hides the round trip of a busy key; what is above it only makes a nack take back more.
  laneInFlightMax: 16,
  // Together they bound what one client type that is away or slow can cost in memory.
  windowEventsMax: 20_000,
  windowBytesMax: 64 * 1024 * 1024,
  laneEventsMax: 256,
  // A key costs about 1 kB with both, twice until the heap is swept; one that is not in the cache costs some microseconds.
  stickyKeysMax: 50_000,
  keyCacheMax: 50_000,
  batchCacheMax: 10_000,
  refusalsMax: 10_000,
};
