import type { EventDraft, StoredEvent } from '../../common/events.js';
import { correlationOf } from '../../common/protocol/correlation.js';
import { type BatchRecord, StoreError } from '../store/event-store.js';
import { judge, type SenderView } from './judge.js';
import type { Debt } from './lane.js';
import { PendingBatch } from './pending-batch.js';
import { type Answer, answer, answerError, refusal, success, type Waiter } from './receipts.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import type { Input, NewEvent } from './types.js';
import { urge } from './window.js';

type New = Extract<Input, { kind: 'new' }>;

/**
 * Verb `new`: de-duplication, then fencing, then the judgement of each event. What is accepted is pending until it is durable. A
 * batch that acknowledges a delivery is atomic in any case: its events and the acknowledgement are one record.
 */
export function publish(state: State, session: Session, input: New): void {
  const waiter: Waiter = { session, reply: session.replies.reserve(), batchId: input.batchId };
  try {
    decide(state, waiter, input);
  } catch (error) {
    // Thrown while it was looked up what the log says, so nothing has happened yet. What cannot be read concerns this batch only.
    if (!(error instanceof StoreError)) throw error;
    const details = { sender: session.sender, reason: error.message };
    state.emit({ kind: 'notice', level: 'error', message: 'the log cannot be read for a batch', details });
    answerError(state, waiter, 'store_unavailable', 'the event store cannot be read');
  }
}

/** @throws StoreError before anything is changed */
function decide(state: State, waiter: Waiter, input: New): void {
  const { session } = waiter;
  const { events, batchId, once, acknowledges } = input;
  if (batchId !== undefined && answeredBefore(state, waiter, batchId, events)) return;
  if (once !== undefined && doneBefore(state, waiter, once, events)) return;
  const debt = acknowledges === undefined ? undefined : session.debtOf(acknowledges);
  if (acknowledges !== undefined && debt === undefined) {
    const message = 'the delivery that this batch acknowledges is not out at this session';
    answerError(
      state,
      waiter,
      'fenced',
      message,
      acknowledges === undefined ? {} : { delivery: acknowledges },
    );
    return;
  }
  const values = judge(events, (key) => state.heads.get(key), senderView(session));
  noteRefusals(state, session, events, values);
  const whole = input.atomic || debt !== undefined;
  const fits = whole ? values.every(isAccepted) : values.some(isAccepted);
  if (fits && (events.length > 0 || debt !== undefined)) accept(state, waiter, input, values, debt);
  else refuse(state, waiter, events, values);
}

const isAccepted = (value: number) => value >= 0;

/** The same batch id gets the first answer again: at once, or together with those who wait for it already. */
function answeredBefore(state: State, waiter: Waiter, batchId: string, events: readonly NewEvent[]): boolean {
  const { sender } = waiter.session;
  const waiters = state.answers.pending(sender, batchId);
  if (waiters !== undefined) {
    waiters.push({ ...waiter, repeated: events });
    return true;
  }
  const known = state.answers.settled(sender, batchId, events);
  if (known !== undefined) answer(state, { ...waiter, repeated: events }, known);
  return known !== undefined;
}

/** What the batch is for was done by one that is on the disk, or on its way there. */
function doneBefore(state: State, waiter: Waiter, once: string, events: readonly NewEvent[]): boolean {
  const { sender } = waiter.session;
  if (state.answers.pending(sender, once) !== undefined) {
    answerError(state, waiter, 'overloaded', 'another batch for the same is on its way to the disk');
    return true;
  }
  const [first] = state.answers.stored(sender, once) ?? [];
  if (first === undefined) return false;
  const { batchId, position } = first;
  if (batchId === waiter.batchId) {
    answer(state, { ...waiter, repeated: events }, state.answers.settled(sender, once, events)!);
    return true;
  }
  const message = `carried out before: its events begin at position ${position}`;
  const acceptedAs = batchId === undefined ? {} : { acceptedAs: batchId };
  answerError(state, waiter, 'repeated', message, { ...acceptedAs, position });
  return true;
}

/** A sender that asks for no types, or has not registered, has to know all of a key. */
function senderView({ client }: Session): SenderView | undefined {
  return client === undefined || client.eventTypes.length === 0 ? undefined : client;
}

function accept(
  state: State,
  waiter: Waiter,
  { events, batchId, once }: New,
  values: readonly number[],
  debt: Debt | undefined,
): void {
  const { session } = waiter;
  const foundBy = once ?? batchId;
  const stored: StoredEvent[] = [];
  const whole = values.every(isAccepted);
  const receipts = events.map((event, index) => {
    const value = values[index]!;
    if (value < 0) return refusal(event, true);
    const accepted = storedEvent(state, session, event, value, batchId, whole ? undefined : index);
    stored.push(accepted);
    return success(event.checksum, accepted);
  });
  for (const event of stored) state.heads.raise(event);
  if (debt !== undefined) debt.completing = true;
  const record: BatchRecord = {
    kind: 'batch',
    sender: session.sender,
    ...(foundBy !== undefined && { batchId: foundBy }),
    events: stored,
    ...(debt !== undefined && {
      acknowledges: { clientType: debt.lane.client.name, position: debt.position },
    }),
  };
  const verdict: Answer = { receipts, sender: session.sender, time: state.time };
  const waiters = [waiter];
  for (const id of new Set([batchId, once]))
    if (id !== undefined) state.answers.begin(session.sender, id, waiters);
  state.pipeline.add(new PendingBatch(state, record, verdict, waiters, debt));
}

function refuse(state: State, waiter: Waiter, events: readonly NewEvent[], values: readonly number[]): void {
  const { session, batchId } = waiter;
  const receipts = events.map((event, index) => refusal(event, values[index]! < 0));
  const verdict: Answer = { receipts, sender: session.sender, time: state.time };
  if (batchId !== undefined) state.answers.remember(session.sender, batchId, verdict);
  answer(state, waiter, verdict);
}

function storedEvent(
  state: State,
  session: Session,
  event: NewEvent,
  value: number,
  batchId: string | undefined,
  place: number | undefined,
): StoredEvent {
  const stored: EventDraft = {
    position: state.nextPosition,
    type: event.type,
    key: event.key,
    value,
    data: event.data,
    correlationId: event.correlationId,
    correlation: correlationFor(session, event),
    time: state.time,
    sender: session.sender,
    sessionId: session.id,
    owedTo: state.routes.owedTo(event.type),
  };
  if (event.causation !== undefined) stored.causation = event.causation;
  if (batchId !== undefined) stored.batchId = batchId;
  if (batchId !== undefined && place !== undefined) stored.place = place;
  state.nextPosition += 1;
  return stored;
}

/**
 * An old client hands on only the number of the correlation: while it has an event with this number, what it sends belongs to
 * the correlation of that event.
 */
function correlationFor({ correlations }: Session, { correlation, correlationId }: NewEvent): string {
  if (correlations.size === 0 || correlation !== correlationOf(correlationId)) return correlation;
  return correlations.get(correlationId)?.correlation ?? correlation;
}

function noteRefusals(
  state: State,
  session: Session,
  events: readonly NewEvent[],
  values: readonly number[],
): void {
  for (let index = 0; index < events.length; index += 1) {
    if (values[index]! >= 0) continue;
    const { key, type, expect } = events[index]!;
    const { sender, id: sessionId } = session;
    const head = state.heads.get(key).value;
    state.refusals.add({ time: state.time, key, type, sender, sessionId, expect, head });
    if (session.client !== undefined) urge(state, session.client, key);
  }
}
