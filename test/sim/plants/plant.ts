import type { StateStore } from '../../../runtime/state/state-store.js';
import type { Log } from '../bus/watched-log.js';
import type { World } from '../world.js';

/** Another text for one of a compiled module of the product. It must stand there exactly once. */
export interface Edit {
  /** below the root of the sources, without ending: `bus/core/lane` */
  readonly module: string;
  readonly find: string;
  readonly put: string;
}

/** Which pages of a query a service gets. */
export interface Question {
  readonly eventTypes?: readonly string[];
  readonly key?: string;
  readonly after: number;
  readonly limit: number;
  readonly notOwedTo?: string;
}

/**
 * A fault that is put in on purpose, to see that the simulation finds it. It stands in the ports around the product where it can
 * be said there, otherwise in the text of one module, for this process only.
 */
export interface Plant {
  readonly edits?: readonly Edit[];
  /** in front of the event store */
  log?(log: Log): Log;
  /** in front of the state store, for all instances */
  state?(store: StateStore, world: World): StateStore;
  query?(question: Question): Question;
}
