import type { StoredEvent } from '../../common/events.js';
import { rfc2822, rfc3339 } from '../../common/protocol/times.js';
import { rememberingLast } from '../../common/remembering-last.js';
import type { Delivery, Effect, Receipt } from '../core/types.js';

/**
 * Events and receipts as JSON text, put together from pieces: it is done for every event and every client, and an object made only to
 * be serialised costs more than the rest of its way out. `data` stands in it with every character as it was sent.
 *
 * Three forms. *base*: exactly the fields of the first generation, for clients that announce no features. *full*: these and the additions.
 * *brief*: without what follows from something else, for clients with the feature of that name (PROTOCOL.md, P52).
 */
export type Form = 'base' | 'full' | 'brief';

/** An event within an array, or on its own under `messageType`. */
export function eventText(
  event: StoredEvent,
  form: Form,
  messageType: 'event' | 'rebuild',
  logId: string,
): string {
  return withData(headOf(event, form, messageType, logId), event);
}

export function deliveryText({ event, delivery, attempt }: Delivery, form: Form, logId: string): string {
  const head = headOf(event, form, 'event', logId);
  if (form === 'base') return withData(head, event);
  const token = `${head},"delivery":"${delivery}"`;
  return withData(form === 'brief' && attempt === 1 ? token : `${token},"attempt":${attempt}`, event);
}

/** The frame of these deliveries for a client that takes several at once. */
export function deliveriesFrame(deliveries: readonly Delivery[], form: Form, logId: string): string {
  // one growing text, copied together once when it is written; a join would copy it once more
  let frame = '{"message_type":"events","events":[';
  let separator = '';
  for (const delivery of deliveries) {
    frame += separator + deliveryText(delivery, form, logId);
    separator = ',';
  }
  return `${frame}]}`;
}

/** The frame of one delivery. */
export function deliveryFrame(delivery: Delivery, form: Form, logId: string): string {
  const text = deliveryText(delivery, form, logId);
  return form === 'brief' ? `{"message_type":"event",${text.slice(1)}` : text;
}

/** @param base leave out what the first generation does not know */
export function receiptFrame(
  { receipts, sender, time, batchId }: Extract<Effect, { kind: 'receipt' }>,
  base: boolean,
): string {
  const texts = receipts.map((receipt) => receiptText(receipt, base));
  const batch = base || batchId === undefined ? '' : `,"batch_id":${JSON.stringify(batchId)}`;
  const timestamp = rfc2822(time);
  return `{"message_type":"receipt","receipts":[${texts.join(',')}],"sender":${quotedSender(sender)},"timestamp":"${timestamp}"${batch}}`;
}

/** A receipt without a checksum is for a sender that asked to match receipts by their place. */
function receiptText({ checksum, status, key, value, position, contested }: Receipt, base: boolean): string {
  const name = checksum === '' ? '{' : `{"checksum":"${checksum}",`;
  if (base) return `${name}"status":"${status}"}`;
  const ofKey = checksum === '' ? '' : `,"key":${JSON.stringify(key)}`;
  const place = value === undefined ? '' : `,"value":${value},"position":"${position}"`;
  return `${name}"status":"${status}"${ofKey}${place}${contested ? ',"contested":true}' : '}'}`;
}

/** All but the data, without the closing brace. */
function headOf(event: StoredEvent, form: Form, messageType: 'event' | 'rebuild', logId: string): string {
  const { type, key, value, sender, sessionId } = event;
  const common = `"event_type":${quotedType(type)},"consistency":{"key":${JSON.stringify(key)},"value":${value}},"sender":${quotedSender(sender)},"session_id":${sessionId}`;
  if (form === 'brief') return `{${common}${additions(event)}`;
  const { time, correlationId, position } = event;
  const base = `{"message_type":"${messageType}",${common},"correlation_id":${correlationId},"timestamp":"${rfc2822(time)}","timestamp_raw":${Math.floor(time / 1000)}`;
  return form === 'base' ? base : `${base},"event_id":"${logId}-${position}"${additions(event)}`;
}

/** What the first generation does not know, as far as it does not follow from something else. */
function additions({ position, correlation, causation, time, batchId }: StoredEvent): string {
  const cause = causation === undefined ? '' : `,"causation":${JSON.stringify(causation)}`;
  const batch = batchId === undefined ? '' : `,"batch_id":${JSON.stringify(batchId)}`;
  return `,"position":"${position}","correlation":"${correlation}","time":"${rfc3339(time)}"${cause}${batch}`;
}

function withData(head: string, { data }: StoredEvent): string {
  return `${head},"data":${data}}`;
}

/** Types and senders come in groups. */
const quotedType = rememberingLast((text: string) => JSON.stringify(text));
const quotedSender = rememberingLast((text: string) => JSON.stringify(text));
