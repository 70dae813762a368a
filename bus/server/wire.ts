import type { StoredEvent } from '../../common/events.js';
import { cursorOf } from '../../common/protocol/cursor.js';
import type {
  ErrorMessage,
  ProgressMessage,
  ReceiptMessage,
  RegistrationMessage,
  WireEvent,
  WireReceipt,
} from '../../common/protocol/messages.js';
import { rfc2822, rfc3339 } from '../../common/protocol/times.js';
import type { Delivery, Effect, Receipt } from '../core/types.js';

/**
 * What the core says, as messages of the wire. A *base* client has announced no features and gets exactly the fields of the first
 * generation; every other client gets the additions too.
 */

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** `<log id>-<position>`: names an event in every log there is. */
export function eventIdOf(logId: string, position: number): string {
  return `${logId}-${position}`;
}

export function baseEvent(event: StoredEvent, messageType: WireEvent['message_type']): WireEvent {
  return {
    message_type: messageType,
    event_type: event.type,
    consistency: { key: event.key, value: event.value },
    correlation_id: event.correlationId,
    data: event.data,
    sender: event.sender,
    session_id: event.sessionId,
    timestamp: rfc2822(event.time),
    timestamp_raw: Math.floor(event.time / 1000),
  };
}

export function fullEvent(
  event: StoredEvent,
  messageType: WireEvent['message_type'],
  logId: string,
): WireEvent {
  // assigned, not spread: this is done for every event and every client
  const message = baseEvent(event, messageType);
  message.event_id = eventIdOf(logId, event.position);
  message.position = cursorOf(event.position);
  message.correlation = event.correlation;
  if (event.causation !== undefined) message.causation = event.causation;
  message.time = rfc3339(event.time);
  if (event.batchId !== undefined) message.batch_id = event.batchId;
  return message;
}

export function deliveredEvent({ event, delivery, attempt }: Delivery, logId: string): WireEvent {
  const message = fullEvent(event, 'event', logId);
  message.delivery = delivery;
  message.attempt = attempt;
  return message;
}

export function registrationMessage(effect: Of<'registration'>, base: boolean): RegistrationMessage {
  const { clientType, eventTypes, sessionId, features, acknowledged, head } = effect;
  const message: RegistrationMessage = {
    message_type: 'registration',
    client_type: clientType,
    event_types: [...eventTypes],
  };
  if (base) return message;
  return {
    ...message,
    session_id: sessionId,
    features: [...features],
    acknowledged: cursorOf(acknowledged),
    head: cursorOf(head),
  };
}

export function receiptMessage(effect: Of<'receipt'>, base: boolean): ReceiptMessage {
  const { receipts, sender, time, batchId } = effect;
  return {
    message_type: 'receipt',
    receipts: receipts.map((receipt) => wireReceipt(receipt, base)),
    sender,
    timestamp: rfc2822(time),
    ...(!base && batchId !== undefined && { batch_id: batchId }),
  };
}

function wireReceipt(
  { checksum, status, key, value, position, contested }: Receipt,
  base: boolean,
): WireReceipt {
  if (base) return { checksum, status };
  return {
    checksum,
    status,
    key,
    ...(value !== undefined && { value }),
    ...(position !== undefined && { position: cursorOf(position) }),
    ...(contested && { contested }),
  };
}

export function progressMessage({ acknowledged, head }: Of<'progress'>): ProgressMessage {
  return { message_type: 'progress', acknowledged: cursorOf(acknowledged), head: cursorOf(head) };
}

export function errorMessage({ code, message, about }: Of<'error'>): ErrorMessage {
  return {
    message_type: 'error',
    code,
    message,
    about: {
      ...(about.messageType !== undefined && { message_type: about.messageType }),
      ...(about.batchId !== undefined && { batch_id: about.batchId }),
      ...(about.delivery !== undefined && { delivery: about.delivery }),
    },
  };
}
