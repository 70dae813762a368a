import type { ErrorCode } from '../../common/errors.js';
import type { HandlerError } from '../../common/protocol/messages.js';
import type { ParkedRecord, UnparkedRecord } from '../store/event-store.js';
import type { ClientType } from './client-type.js';
import { type Debt, Lane, type Parked } from './lane.js';
import type { Pending } from './pipeline.js';
import { laneShortened } from './settle.js';
import type { State } from './state.js';
import { dropTail } from './take-back.js';
import type { Input } from './types.js';
import { markSpill } from './window.js';

/**
 * Parked events: their lane waits for an operator, in the store, so that a million events behind one takes no memory. Both the
 * parking and the decision are records.
 */

/** Parks a debt that is not out, and with it its lane from there on. */
export function park(state: State, debt: Debt, error: HandlerError, applied: boolean): void {
  const { lane } = debt;
  const record: ParkedRecord = {
    kind: 'parked',
    clientType: lane.client.name,
    position: debt.position,
    key: lane.key,
    error,
    attempts: debt.failures + debt.contentions,
    ...(applied && { applied }),
    firstFailure: debt.firstFailure,
    time: state.time,
  };
  dropTail(state, lane, lane.queue.indexOf(debt));
  lane.retryAt = 0;
  lane.reading = 0;
  lane.after = debt.position - 1;
  // Nothing behind a parked event is in memory, so this one stands before all that are parked already.
  const parked: Parked = { lane, record, deciding: false };
  lane.parked.unshift(parked);
  lane.client.parked.set(record.position, parked);
  markSpill(lane, debt.position, debt.time);
  state.pipeline.add({ record, durable: () => {}, failed: () => true });
  state.emit({
    kind: 'notice',
    level: 'warn',
    message: 'event parked',
    details: { clientType: lane.client.name, key: lane.key, position: debt.position, error: error.message },
  });
}

/** An event that was parked when the bus stopped; called in the order of the log, before anything else happens. */
export function parkRecovered(client: ClientType, record: ParkedRecord): void {
  const lane = client.lanes.get(record.key) ?? new Lane(client, record.key);
  client.lanes.set(record.key, lane);
  const parked: Parked = { lane, record, deciding: false };
  lane.parked.push(parked);
  client.parked.set(record.position, parked);
}

/** Verb `unpark`: an operator has decided. It counts, and is answered, when it is durable. */
export function unpark(state: State, input: Extract<Input, { kind: 'unpark' }>): void {
  const { request, clientType, position, decision, reason } = input;
  if (decision === 'skip' && !reason) {
    answerOperator(state, request, 'reason_required', 'skipping an event needs a reason');
    return;
  }
  const parked = state.clientTypes.get(clientType)?.parked.get(position);
  if (parked === undefined || parked.deciding) {
    const message = `nothing is parked for ${clientType} at position ${position}`;
    answerOperator(state, request, 'not_parked', message);
    return;
  }
  parked.deciding = true;
  const record: UnparkedRecord = {
    kind: 'unparked',
    clientType,
    position,
    decision,
    ...(reason !== undefined && { reason }),
    ...(parked.record.applied && { applied: true }),
    time: state.time,
  };
  state.pipeline.add(new PendingDecision(state, request, parked, record));
}

class PendingDecision implements Pending {
  constructor(
    readonly state: State,
    readonly request: number,
    readonly parked: Parked,
    readonly record: UnparkedRecord,
  ) {}

  durable(): void {
    const { state, parked, request } = this;
    const { lane, record } = parked;
    lane.parked.splice(lane.parked.indexOf(parked), 1);
    lane.client.parked.delete(record.position);
    if (this.record.decision === 'skip') lane.client.owed -= 1;
    // A page that is under way may show the debt as it was before the decision.
    lane.reading = 0;
    if (!lane.spilled) passBy(lane, record);
    laneShortened(state, lane);
    state.refillable.add(lane.client);
    state.emit({ kind: 'operator-answer', request });
  }

  failed(reason: string): boolean {
    this.parked.deciding = false;
    answerOperator(this.state, this.request, 'store_unavailable', reason);
    return false;
  }
}

/**
 * After a restart, the scan may not have come to the event yet, and a page of it that is under way may show the debt as it was before the
 * decision. So the scan is to pass over this lane, which goes on with a read of its own.
 */
function passBy(lane: Lane, record: ParkedRecord): void {
  lane.after = Math.max(lane.after, lane.client.scanned);
  lane.skipped = record.position;
  markSpill(lane, lane.after + 1, record.firstFailure);
}

function answerOperator(state: State, request: number, code: ErrorCode, message: string): void {
  state.emit({ kind: 'operator-answer', request, error: { code, message } });
}
