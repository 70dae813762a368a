import { Abort } from '../../lua/vm.js';

/**
 * Why a handler is ended from outside. All are Aborts: no script can catch them, and none is the script's fault, so none is
 * reported as its failure.
 */

/** The state store cannot be reached. It is unknown whether a commit under way happened; the marks will tell. */
export class StateUnavailable extends Abort {
  override readonly name = 'StateUnavailable';
}

/** The store no longer holds the state this instance worked on: wiped, being rebuilt, or set back. */
export class StateLost extends Abort {
  override readonly name = 'StateLost';
}

/** The store holds an older copy of the state than it did before: what is missing has to be brought in again. */
export class StateSetBack extends Abort {
  override readonly name = 'StateSetBack';
}

/** The work is no longer ours: the connection was lost, the lane was taken, or the service stops. */
export class Voided extends Abort {
  override readonly name = 'Voided';
}

/** A handler that is over still calls the host. */
export class HandlerOver extends Abort {
  override readonly name = 'HandlerOver';
}
