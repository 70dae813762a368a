import type { CoreViews, Effect, Input } from '../../../bus/core/types.js';
import type { LogRecord, Recovered } from '../../../bus/store/event-store.js';

/**
 * Watches a run and throws a Violation as soon as a promise is broken. In the order in which things happen: `input`, the
 * `effect`s of it, `applied`. A checker keeps its own, naive books; it never looks into the core.
 */
export interface Checker {
  restarted?(recovered: Recovered): void;
  crashed?(): void;
  input?(now: number, input: Input): void;
  effect?(now: number, effect: Effect): void;
  applied?(now: number, views: CoreViews): void;
  /** on the disk from now on, whoever knows it */
  durable?(records: readonly LogRecord[]): void;
  /** this append and all later ones never reach the disk */
  lost?(append: number): void;
  /** the faults have stopped and everything had time to come to its end */
  finished?(views: CoreViews): void;
}

export class Violation extends Error {}

export function demand(holds: boolean, broken: string): asserts holds {
  if (!holds) throw new Violation(broken);
}

/** The value under a key, made if there is none. */
export function inner<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
