import { Heap } from './heap.js';
import type { Lane, Parked } from './lane.js';
import { Line } from './line.js';
import { LowWater } from './low-water.js';
import type { Session } from './session.js';
import type { PendingAcknowledgement } from './settle.js';
import type { PendingSubscription } from './subscriptions.js';
import type { SubscriptionChange } from './types.js';

/** One wait for a retry; void if the lane's `retryAt` is another by now. */
export interface Retry {
  readonly at: number;
  readonly lane: Lane;
}

/**
 * What the bus knows of one client type: its subscription, its sessions, and its debts.
 *
 * Invariants
 * - Every durable debt up to `scanned` is in a lane's memory, or its lane is spilled. What is above `scanned` is in the store only;
 *   `scanned` is infinite while the client type is *live*: then new events go straight into their lanes.
 * - `held` counts the debts in all queues, `heldBytes` their size.
 * - A lane waits for room in `unheld` only while no session in turn has room.
 */
export class ClientType {
  eventTypes: readonly string[];
  /** the newest change of `eventTypes` since the start of the bus */
  changed: SubscriptionChange | undefined;
  /** debts, durable ones only */
  owed = 0;
  redelivered = 0;

  /** the newest subscription, as long as it is not durable */
  subscribing: PendingSubscription | undefined;
  /** the newest record of acknowledgements, as long as it is not durable; open as long as its append has not left */
  acknowledging: PendingAcknowledgement | undefined;

  /** every session that is registered as this client type */
  readonly members = new Set<Session>();
  /** the sessions that get events, in the order in which they joined */
  readonly turns: Session[] = [];
  /** index in `turns` of the session that gets the next new key */
  turn = 0;

  readonly lanes = new Map<string, Lane>();
  /** by position */
  readonly parked = new Map<number, Parked>();
  /** idle lanes, least recently used first */
  readonly idle = new Line<Lane>();
  /** lanes that have something to send and no holder, oldest first */
  readonly unheld = new Line<Lane>();
  /** the urgent ones among them */
  readonly unheldUrgent = new Line<Lane>();
  /** has had urgent lanes: part of its sessions' windows is kept for them */
  contends = false;
  /** lanes with something out, by `headSince` */
  readonly deadlines = new Line<Lane>();
  readonly retries = new Heap<Retry>((retry) => retry.at);
  readyCount = 0;

  readonly lowWater = new LowWater();
  scanned = Number.POSITIVE_INFINITY;
  /** position of the newest durable event that is owed, as far as known */
  newestOwed = 0;
  held = 0;
  heldBytes = 0;
  /** events that reads under way may bring */
  reserved = 0;
  /** the main read is under way */
  scanning = false;
  /** spilled lanes that want a read, oldest first */
  readonly wanting = new Line<Lane>();
  /** the urgent ones among them */
  readonly wantingUrgent = new Line<Lane>();
  /** a read has failed: none before the next tick */
  readsPaused = false;

  constructor(
    readonly name: string,
    eventTypes: readonly string[],
    readonly autoAcknowledges: boolean,
  ) {
    this.eventTypes = eventTypes;
  }

  get live(): boolean {
    return this.scanned === Number.POSITIVE_INFINITY;
  }

  /** Every event up to this position that was owed to this client type is acknowledged. */
  acknowledged(durable: number): number {
    const lowest = this.lowWater.lowest();
    return Math.min(durable, this.scanned, lowest === undefined ? durable : lowest.position - 1);
  }

  wants(type: string): boolean {
    return this.eventTypes[0] === '*' || this.eventTypes.includes(type);
  }
}
