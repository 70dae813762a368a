import type { StoredEvent } from '../../../common/events.js';
import { rememberingLast } from '../../../common/remembering-last.js';
import type { BatchRecord, LogRecord } from '../event-store.js';

/**
 * What stands in the log of a record beside the data of its events: a JSON array, one of
 *     ["b", sender, batch id | null, [client type, position] | null, [event, …]]
 *     ["a", client type, [position, …]]
 *     ["r", any other record as it is]
 * with an event as
 *     [data bytes, type, key, value, time, session, correlation id, correlation, owed to, causation | null, sender | 0, batch id | null | 0]
 * where 0 means "as the batch", and one more number for an event that has a place in its batch. Positions are not written: they are
 * counted from the block's first.
 */
export type Description =
  | readonly ['b', string, string | null, readonly [string, number] | null, readonly EventDescription[]]
  | readonly ['a', string, readonly number[]]
  | readonly ['r', LogRecord];

type EventDescription = readonly [
  dataBytes: number,
  type: string,
  key: string,
  value: number,
  time: number,
  sessionId: number,
  correlationId: number,
  correlation: string,
  owedTo: readonly string[],
  causation: string | null,
  sender: string | 0,
  batchId: string | null | 0,
  place?: number,
];

/**
 * The text of a record's description. Put together from pieces: arrays that are made only to be serialised cost twice as much.
 * @param dataBytes called for each event in order, gives the length of its data
 */
export function descriptionText(record: LogRecord, dataBytes: (event: StoredEvent) => number): string {
  if (record.kind === 'ack')
    return `["a",${quotedSender(record.clientType)},[${record.positions.join(',')}]]`;
  if (record.kind !== 'batch') return `["r",${JSON.stringify(record)}]`;
  const { sender, batchId, acknowledges, events } = record;
  const ended = acknowledges && [acknowledges.clientType, acknowledges.position];
  let text = `["b",${quotedSender(sender)},${quotedOrNull(batchId)},${JSON.stringify(ended ?? null)},[`;
  let separator = '';
  for (const event of events) {
    text += separator + eventText(event, dataBytes(event), record);
    separator = ',';
  }
  return `${text}]]`;
}

function eventText(event: StoredEvent, dataBytes: number, batch: BatchRecord): string {
  const { type, key, value, time, sessionId, correlationId, correlation, owedTo, causation, place } = event;
  const sender = event.sender === batch.sender ? '0' : JSON.stringify(event.sender);
  const batchId = event.batchId === batch.batchId ? '0' : quotedOrNull(event.batchId);
  const ofBatch = `${quotedOrNull(causation)},${sender},${batchId}${place === undefined ? '' : `,${place}`}`;
  return `[${dataBytes},${quotedType(type)},${JSON.stringify(key)},${value},${timeText(time)},${sessionId},${correlationId},${quotedCorrelation(correlation)},${owedToText(owedTo)},${ofBatch}]`;
}

function quotedOrNull(text: string | undefined): string {
  return text === undefined ? 'null' : JSON.stringify(text);
}

/** These come in groups of the same. */
const quotedSender = rememberingLast((text: string) => JSON.stringify(text));
const quotedType = rememberingLast((text: string) => JSON.stringify(text));
const quotedCorrelation = rememberingLast((text: string) => JSON.stringify(text));
const timeText = rememberingLast((time: number) => `${time}`);
const owedToText = rememberingLast((names: readonly string[]) => JSON.stringify(names));
