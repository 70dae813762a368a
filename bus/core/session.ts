import type { StoredEvent } from '../../common/events.js';
import type { Feature } from '../../common/protocol/messages.js';
import type { ClientType } from './client-type.js';
import type { Debt, Lane } from './lane.js';
import { Line } from './line.js';
import { Replies } from './replies.js';
import type { Delivery, Input } from './types.js';

/** One in so many places of the window of a client type that contends is kept for urgent lanes. */
const URGENT_SHARE = 8;

export type Registration = Extract<Input, { kind: 'register' }>;

/**
 * One connection.
 *
 * Invariants
 * - `outstanding` holds exactly the debts that are out here (those that are completing among them), by token.
 * - It gets events only while it is `inTurn`: registered and answered, wants events, not draining.
 */
export class Session {
  readonly replies: Replies;
  /** the newest registration, answered or not */
  registration: Registration | undefined;
  client: ClientType | undefined;
  open = true;
  inTurn = false;
  /** has asked to be given nothing new */
  draining = false;
  /** has asked so, and was not answered yet */
  drainAsked = false;
  /** Unix ms */
  since = 0;
  readonly outstanding = new Map<string, Debt>();
  /** base sessions only: the newest outstanding debt per correlation number */
  readonly correlations = new Map<number, StoredEvent>();
  /** lanes held here that have something to send and wait for room, oldest first */
  readonly ready = new Line<Lane>();
  /** the urgent ones among them */
  readonly readyUrgent = new Line<Lane>();
  /** place among the sessions of its client type that are in turn */
  place = 0;
  deliveries = 0;
  acknowledged = 0;
  keys = 0;
  /** deliveries of this step that are not handed out yet */
  outbox: Delivery[] = [];
  /** what the last `progress` (or the registration) told */
  toldAcknowledged = -1;
  toldHead = -1;
  /** Unix ms */
  toldAt = 0;

  constructor(readonly id: number) {
    this.replies = new Replies();
  }

  /** client type, '' if it has not registered */
  get sender(): string {
    return this.client?.name ?? '';
  }

  get room(): number {
    return (this.registration?.maxInFlight ?? 0) - this.outstanding.size;
  }

  /** Deliveries that may go out of this lane now: urgent lanes find room when the others have filled theirs. */
  roomFor({ urgent }: Lane): number {
    if (urgent || !this.client?.contends) return this.room;
    return this.room - Math.floor((this.registration?.maxInFlight ?? 0) / URGENT_SHARE);
  }

  /** A client of the first generation: it announces no features. */
  get isBase(): boolean {
    return this.registration === undefined || this.registration.features.length === 0;
  }

  has(feature: Feature): boolean {
    return this.registration?.features.includes(feature) ?? false;
  }

  /** The debt of a delivery that is out here and may be answered; undefined = fenced. */
  debtOf(delivery: string): Debt | undefined {
    const debt = this.outstanding.get(delivery);
    return debt === undefined || debt.completing ? undefined : debt;
  }
}
