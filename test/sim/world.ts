import { DEFAULT_CORE_OPTIONS } from '../../bus/core/options.js';
import type { CoreOptions } from '../../bus/core/types.js';
import { Agenda } from './agenda.js';
import { Chance } from './chance.js';
import type { Plant } from './plants/plant.js';
import { Trace } from './trace.js';

/** What the rough clients send; the bank has its own. */
export const EVENT_TYPES = ['Opened', 'Filled', 'Emptied'] as const;

/** What everybody in the simulation shares. */
export interface World {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly options: Omit<CoreOptions, 'debts'>;
  /** of the rough clients */
  readonly keys: readonly string[];
  /** ms for one message, one way */
  readonly latencyMaxMs: number;
  /** the fault that was put in on purpose */
  readonly plant: Plant | undefined;
  /** false = no faults, no failing handlers any more: everything has to come to an end */
  faults: boolean;
  /** the first promise that was found broken where it cannot be thrown to the run */
  violation: Error | undefined;
}

/** Bounds are small, so that a short run reaches every one of them. */
export function createWorld(seed: number, traceLines: number, plant: Plant | undefined): World {
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
      ackDeadlineMs: chance.between(400, 2_000),
      laneInFlightMax: chance.between(1, 4),
      windowEventsMax: chance.between(8, 60),
      windowBytesMax: chance.between(4_000, 20_000),
      laneEventsMax: chance.between(1, 8),
      stickyKeysMax: chance.between(0, 6),
      keyCacheMax: chance.between(1, 8),
      batchCacheMax: chance.between(1, 6),
      refusalsMax: 5,
    },
    keys: Array.from({ length: chance.between(1, 8) }, (_, index) => `key-${index}`),
    latencyMaxMs: chance.between(2, 15),
    plant,
    faults: true,
    violation: undefined,
  };
}
