import type { StoredEvent } from '../../common/events.js';
import type { AckRecord } from '../store/event-store.js';
import type { ClientType } from './client-type.js';
import type { Debt, Lane } from './lane.js';
import type { Place } from './line.js';
import type { Pending } from './pipeline.js';
import type { State } from './state.js';

/**
 * How a debt leaves: out of its session (`recall`), out of memory (`remove`), and, when that is durable, out of the books
 * (`endDebt`).
 */

/** What an event costs in memory beside its data, about. */
const EVENT_OVERHEAD_BYTES = 256;

export function sizeOf(event: StoredEvent): number {
  return event.data.length + EVENT_OVERHEAD_BYTES;
}

/** Acknowledged by its holder: neither sent again nor out from now on; the debt ends when this is durable. */
export function acknowledge(state: State, debt: Debt): void {
  const { client, holder } = debt.lane;
  if (holder !== undefined) holder.acknowledged += 1;
  recall(debt);
  remove(state, debt);
  if (client.acknowledging?.append !== state.pipeline.next) {
    client.acknowledging = new PendingAcknowledgement(client, state.pipeline.next);
    state.pipeline.add(client.acknowledging);
  }
  client.acknowledging.add(debt);
}

/** The delivery is out no longer: its token is fenced. */
export function recall(debt: Debt): void {
  const session = debt.lane.holder;
  session?.outstanding.delete(debt.delivery);
  if (session?.correlations.get(debt.event.correlationId) === debt.event)
    session.correlations.delete(debt.event.correlationId);
  debt.delivery = '';
}

/** Takes a debt out of its lane and out of the window. */
export function remove(state: State, debt: Debt): void {
  const { lane } = debt;
  const index = lane.queue.indexOf(debt);
  if (index < 0) return;
  if (index === 0) lane.queue.shift();
  else lane.queue.splice(index, 1);
  release(state, debt);
  if (index < lane.out) {
    lane.out -= 1;
    if (index === 0) restartDeadline(state, lane);
  }
  laneShortened(state, lane);
}

/** The debt is in memory no longer: there is room for others. */
export function release(state: State, { lane, event }: Debt): void {
  lane.client.held -= 1;
  lane.client.heldBytes -= sizeOf(event);
  state.refillable.add(lane.client);
}

/** Another debt is the first one out now, or none is. */
export function restartDeadline({ clock }: State, lane: Lane): void {
  lane.watch.leave();
  if (lane.out === 0) return;
  lane.headSince = clock;
  lane.watch.join(lane.client.deadlines);
}

/** A lane has become shorter: it rests when nothing is owed, or wants a read when it is spilled. */
export function laneShortened({ options }: State, lane: Lane): void {
  const { client } = lane;
  if (lane.idle) {
    lane.urgent = false;
    lane.watch.join(client.idle);
    if (client.idle.length > options.stickyKeysMax) forgetOldest(client.idle.first!);
  } else if (wantsRead(lane, options.laneEventsMax)) want(lane);
}

export function wantsRead(lane: Lane, laneEventsMax: number): boolean {
  if (!lane.spilled || lane.reading !== 0 || lane.after + 1 >= lane.barrier) return false;
  return lane.queue.length * 2 <= laneEventsMax;
}

/** Puts the lane among those that want a read. */
export function want(lane: Lane): void {
  const line = lane.urgent ? lane.client.wantingUrgent : lane.client.wanting;
  if (lane.wanting.line !== line) lane.wanting.join(line);
}

/** A lane that was read ahead of the scan stays: the scan has to know what it may pass over. */
function forgetOldest({ item: oldest }: Place<Lane>): void {
  const { client } = oldest;
  if (oldest.after > client.scanned) oldest.watch.join(client.idle);
  else {
    oldest.watch.leave();
    oldest.hold(undefined);
    client.lanes.delete(oldest.key);
  }
}

/** The debt has ended, durably. */
export function endDebt(client: ClientType, debt: Debt): void {
  client.owed -= 1;
  client.lowWater.end(debt);
}

/** What is acknowledged in one step for one client type: one record. The newest one is the last to become durable. */
export class PendingAcknowledgement implements Pending {
  readonly #client: ClientType;
  readonly #debts: Debt[] = [];
  readonly #positions: number[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly record: AckRecord;

  /** @param append number of the append that it leaves with */
  constructor(
    client: ClientType,
    readonly append: number,
  ) {
    this.#client = client;
    this.record = { kind: 'ack', clientType: client.name, positions: this.#positions };
  }

  add(debt: Debt): void {
    this.#debts.push(debt);
    this.#positions.push(debt.position);
  }

  /** Does something when this is durable. */
  whenDurable(act: () => void): void {
    this.#waiting.push(act);
  }

  durable(): void {
    for (const debt of this.#debts) endDebt(this.#client, debt);
    if (this.#client.acknowledging === this) this.#client.acknowledging = undefined;
    for (const act of this.#waiting) act();
  }

  failed(): boolean {
    return true;
  }
}
