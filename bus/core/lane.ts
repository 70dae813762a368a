import type { StoredEvent } from '../../common/events.js';
import type { ParkedRecord } from '../store/event-store.js';
import type { ClientType } from './client-type.js';
import { Place } from './line.js';
import type { Mark } from './low-water.js';
import type { Session } from './session.js';

/** An owed event in memory: one event that one client type has not acknowledged. */
export class Debt implements Mark {
  ended = false;
  /** deliveries so far; counted, not limited */
  attempt = 0;
  /** nacks so far; these lead to parking */
  failures = 0;
  /** times it was given back because its handler waits for others */
  contentions = 0;
  /** keys it was last given back for */
  awaits: readonly string[] = [];
  /** Unix ms */
  firstFailure = 0;
  /** fencing token of the delivery that is out, '' while it is not out */
  delivery = '';
  /** a batch that acknowledges this debt is on its way to the disk */
  completing = false;
  /** its lane moved while it was completing: the outcome decides whether it is delivered again */
  takenBack = false;

  constructor(
    readonly lane: Lane,
    readonly event: StoredEvent,
  ) {}

  get position(): number {
    return this.event.position;
  }

  get time(): number {
    return this.event.time;
  }
}

/** A parked event; while `deciding`, an operator's decision is on its way to the disk. */
export interface Parked {
  readonly lane: Lane;
  readonly record: ParkedRecord;
  deciding: boolean;
}

/**
 * All that one client type is owed of one key, in log order, and who handles it.
 *
 * Invariants
 * - `queue` is in log order; its first `out` debts are out at `holder`, no others are.
 * - Every owed event of the key up to `after` has been in `queue`. Up to `skipped` there are owed events of the key that the scan has
 *   passed: the lane is *spilled* while `skipped > after`, and then only a read of this key goes on with it.
 * - From the first parked event on nothing is in `queue`: the parked event and what is behind it wait in the store.
 * - While `unsettled > 0` (a batch that completes a debt of a former holder is not yet durable, nor failed) nothing is sent.
 */
export class Lane {
  readonly queue: Debt[] = [];
  out = 0;
  /** stays when nothing is owed any more: the key is sticky */
  holder: Session | undefined;
  unsettled = 0;
  /** handlers of the client type cannot go on before they know what is owed here; until nothing is owed */
  urgent = false;
  /** Unix ms until which a failed event waits, 0 = nothing waits */
  retryAt = 0;
  /** Unix ms since when the first debt is the first one out at the holder */
  headSince = 0;
  /** when it began to wait for room, in the client type's count */
  readySince = 0;
  after = 0;
  skipped = 0;
  /** among those that wait for room, in `ready` of its holder or in `unheld` */
  readonly waiting = new Place<Lane>(this);
  /** in `deadlines` while something is out, in `idle` when nothing is owed */
  readonly watch = new Place<Lane>(this);
  /** number of the read under way for this lane, 0 = none */
  reading = 0;
  /** in `wanting` of its client type while it wants a read */
  readonly wanting = new Place<Lane>(this);
  /** stands for the first debt that is not in memory */
  spill: Mark | undefined;
  /** by position */
  readonly parked: Parked[] = [];

  constructor(
    readonly client: ClientType,
    readonly key: string,
  ) {}

  get spilled(): boolean {
    return this.skipped > this.after;
  }

  /** Nothing of this key may come into memory from this position on. */
  get barrier(): number {
    return this.parked[0]?.record.position ?? Number.POSITIVE_INFINITY;
  }

  /** The key belongs to this session from now on (undefined = to nobody). */
  hold(session: Session | undefined): void {
    if (this.holder !== undefined) this.holder.keys -= 1;
    if (session !== undefined) session.keys += 1;
    this.holder = session;
  }

  /** Who gets what comes of this key; undefined if nobody holds it, or its holder takes no more (for this client type). */
  get receiver(): Session | undefined {
    return this.holder?.inTurn && this.holder.client === this.client ? this.holder : undefined;
  }

  /** Owes nothing and waits for nothing: remembered only for who holds the key. */
  get idle(): boolean {
    return this.queue.length === 0 && !this.spilled && this.parked.length === 0;
  }
}
