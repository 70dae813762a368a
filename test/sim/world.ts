import { DEFAULT_CORE_OPTIONS } from '../../bus/core/options.js';
import type { CoreOptions } from '../../bus/core/types.js';
import { Agenda } from './agenda.js';
import { Chance } from './chance.js';
import { Trace } from './trace.js';

export const EVENT_TYPES = ['Opened', 'Credited', 'Debited'] as const;

/** What everybody in the simulation shares. */
export interface World {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly options: Omit<CoreOptions, 'debts'>;
  readonly keys: readonly string[];
  /** false = no faults, no failing handlers any more: everything has to come to an end */
  faults: boolean;
}

/** Bounds are small, so that a short run reaches every one of them. */
export function createWorld(seed: number, traceLines: number): World {
  const chance = new Chance(seed);
  return {
    agenda: new Agenda(1_800_000_000_000),
    chance,
    trace: new Trace(traceLines),
    options: {
      ...DEFAULT_CORE_OPTIONS,
      autoAcknowledge: ['audit'],
      attemptsMax: chance.between(1, 4),
      retryDelayMs: chance.between(1, 100),
      retryDelayMaxMs: 300,
      ackDeadlineMs: chance.between(200, 1_000),
      laneInFlightMax: chance.between(1, 4),
      windowEventsMax: chance.between(4, 40),
      windowBytesMax: chance.between(2_000, 20_000),
      laneEventsMax: chance.between(1, 8),
      stickyKeysMax: chance.between(0, 6),
      keyCacheMax: chance.between(1, 8),
      batchCacheMax: chance.between(1, 6),
      refusalsMax: 5,
    },
    keys: Array.from({ length: chance.between(1, 8) }, (_, index) => `key-${index}`),
    faults: true,
  };
}
