import type { Abort } from '../../lua/vm.js';
import type { Contention } from './contention.js';
import type { LazyMarks } from './lazy-marks.js';
import type { LiveState } from './live-state.js';
import type { EngineParts } from './options.js';
import type { RaisedMarks } from './raised-marks.js';
import type { StateWatch } from './state-watch.js';
import { Transaction } from './transaction.js';

/** Numbers for /metrics; each only grows. */
export const COUNTERS = [
  'events_handled',
  'events_repeated',
  'events_failed',
  'events_left',
  'events_given_back',
  'store_conflicts',
  'bus_refusals',
  'outbox_resent',
  'effects_taken_back',
  'marks_healed',
  'routes_answered',
  'routes_failed',
  'routes_replayed',
  'rebuilds',
  'events_replayed',
] as const;
export type Counters = Record<(typeof COUNTERS)[number], number>;

export function newCounters(): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
}

/**
 * What the parts that handle live work share, over one prepared state. When that state is lost all of it is dropped, and a
 * new one is made over the state as it then is.
 */
export interface LiveParts extends EngineParts {
  readonly state: LiveState;
  readonly watch: StateWatch;
  readonly lazyMarks: LazyMarks;
  readonly contention: Contention;
  readonly raisedMarks: RaisedMarks;
  readonly counters: Counters;
  /** the store is away or lost: the engine has to prepare again */
  readonly trouble: (reason: Abort) => void;
}

export function newTransaction({ store, clock }: Pick<EngineParts, 'store' | 'clock'>): Transaction {
  return new Transaction(store, clock);
}
