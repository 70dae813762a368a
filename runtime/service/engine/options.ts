import type { InstanceInfo } from '../../../common/protocol/messages.js';
import type { StateStore } from '../../state/state-store.js';
import type { BusPort, ServiceModel, UpdateSink } from '../types.js';

/** Every bound of the engine. Times in milliseconds. */
export interface EngineLimits {
  /** events the bus may have out at this instance; above it a crash costs more repeated work */
  readonly inFlightMax: number;
  /** handlers of different keys that run at once; above it memory for waiting handlers grows without gain */
  readonly concurrencyMax: number;
  /** one event's handling, all runs together; must stay below the bus's acknowledgement deadline (30 s), or the bus gives it away first */
  readonly handlerMs: number;
  /** one route call, all runs together */
  readonly routeMs: number;
  /** runs of one handler until the contention counts as a failure (event) or is answered with 409 (route) */
  readonly runsMax: number;
  /** how long a contender waits for an applied mark to move before it looks at the bus for what is missing */
  readonly contentionWaitMs: number;
  /** how long a route that sends waits for the bus */
  readonly busWaitMs: number;
  /** how long an answer is held back until the events it caused are applied here */
  readonly appliedWaitMs: number;
  /** how long the answer to an Idempotency-Key is kept */
  readonly answerKeptMs: number;
  /** events per page of a rebuild; one page is one commit */
  readonly pageEvents: number;
  /** a leaseholder that does not renew within this time is taken for dead */
  readonly leaseMs: number;
  /** pause between two tries for the lease, the store or a broken page; doubles up to the second value */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** how often the outbox is looked through, and how old an entry must be to count as nobody's */
  readonly sweepMs: number;
  readonly entryStaleMs: number;
  /** a graceful stop waits this long for what runs */
  readonly stopMs: number;
}

export const DEFAULT_ENGINE_LIMITS: EngineLimits = {
  inFlightMax: 2_048,
  concurrencyMax: 128,
  handlerMs: 25_000,
  routeMs: 15_000,
  runsMax: 20,
  contentionWaitMs: 1_000,
  busWaitMs: 10_000,
  appliedWaitMs: 2_000,
  answerKeptMs: 24 * 60 * 60 * 1000,
  pageEvents: 500,
  leaseMs: 15_000,
  retryMs: 100,
  retryMaxMs: 2_000,
  sweepMs: 2_000,
  entryStaleMs: 5_000,
  stopMs: 10_000,
};

/** Structured log lines: details first, as pino takes them. */
export interface EngineLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Time that passes. `after` runs once and gives a function that takes it back. */
export interface Timers {
  after(ms: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface EngineOptions {
  readonly model: ServiceModel;
  readonly store: StateStore;
  readonly bus: BusPort;
  /** Unix ms */
  readonly clock: { now(): number };
  readonly random: { next(): number };
  /** gives ids that grow with time (UUIDv7) */
  readonly ids: () => string;
  readonly log: EngineLog;
  readonly instance: InstanceInfo;
  readonly limits?: Partial<EngineLimits>;
  readonly timers?: Timers;
  /** absent = nobody watches */
  readonly updates?: UpdateSink;
}

/** The options with every default filled in, as the parts of the engine take them. */
export interface EngineParts extends Omit<EngineOptions, 'limits' | 'timers' | 'updates'> {
  readonly limits: EngineLimits;
  readonly timers: Timers;
  readonly updates: UpdateSink;
  sleep(ms: number): Promise<void>;
}

export function withDefaults(options: EngineOptions): EngineParts {
  const timers = options.timers ?? systemTimers;
  return {
    ...options,
    limits: { ...DEFAULT_ENGINE_LIMITS, ...options.limits },
    timers,
    updates: options.updates ?? { publish: () => {}, interrupted: () => {} },
    sleep: (ms) => new Promise((resolve) => timers.after(ms, resolve)),
  };
}
