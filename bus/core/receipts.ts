import type { ErrorCode } from '../../common/errors.js';
import type { StoredEvent } from '../../common/events.js';
import type { Reply } from './replies.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import type { Effect, NewEvent, Receipt } from './types.js';

/** The verdict on a `new`, as every sender of the same batch id gets it. */
export interface Answer {
  readonly receipts: readonly Receipt[];
  /** client type, '' if it had not registered */
  readonly sender: string;
  /** Unix ms */
  readonly time: number;
}

/** A session that waits for the answer to a `new`. */
export interface Waiter {
  readonly session: Session;
  readonly reply: Reply;
  readonly batchId: string | undefined;
  /** what it sent, if that is a repeat: the answer goes by its own checksums */
  readonly repeated?: readonly NewEvent[];
}

export function success(checksum: string, event: StoredEvent): Receipt {
  return {
    checksum,
    status: 'success',
    key: event.key,
    value: event.value,
    position: event.position,
    contested: false,
  };
}

/** @param contested this event itself could not be accepted (false: it fell with its batch) */
export function refusal(event: NewEvent, contested: boolean): Receipt {
  return { checksum: event.checksum, status: 'inconsistent', key: event.key, contested };
}

export function answer(state: State, waiter: Waiter, { receipts, sender, time }: Answer): void {
  const { session, batchId, repeated } = waiter;
  settle(state, waiter, {
    kind: 'receipt',
    sessionId: session.id,
    receipts: repeated === undefined ? receipts : withChecksums(receipts, repeated),
    ...(batchId !== undefined && { batchId }),
    sender,
    time,
  });
}

function withChecksums(receipts: readonly Receipt[], events: readonly NewEvent[]): readonly Receipt[] {
  return receipts.map((receipt, at) => ({ ...receipt, checksum: events[at]?.checksum ?? receipt.checksum }));
}

/** The `new` was not judged, or its outcome was not kept: nothing of it is stored. */
export function answerError(
  state: State,
  waiter: Waiter,
  code: ErrorCode,
  message: string,
  more: Pick<Extract<Effect, { kind: 'error' }>['about'], 'delivery' | 'acceptedAs' | 'position'> = {},
): void {
  const { session, batchId } = waiter;
  const about = { messageType: 'new', ...(batchId !== undefined && { batchId }), ...more };
  settle(state, waiter, { kind: 'error', sessionId: session.id, code, message, about });
}

/** The answer is known; it leaves when those before it have left. */
function settle(state: State, { session, reply }: Waiter, effect: Effect): void {
  reply.effect = effect;
  if (!session.open) return;
  for (const settled of session.replies.settled()) state.emit(settled);
}
