import type { StoredEvent } from '../../../common/events.js';
import type { BatchRecord, LogRecord } from '../event-store.js';
import type { BlockHeader } from './block.js';

/**
 * Records as bytes:
 *
 *     offset  bytes
 *          0      4  bytes of the data texts
 *          4      4  bytes of the description
 *          8      4  events
 *         12      …  the events' data, one after the other, UTF-8, exactly as received
 *          …      …  description, a JSON array in UTF-8
 *
 * A description is one of
 *     ["b", sender, batch id | null, [client type, position] | null, [event, …]]
 *     ["a", client type, [position, …]]
 *     ["r", any other record as it is]
 * with an event as
 *     [data bytes, type, key, value, time, session, correlation id, correlation, owed to, causation | null, sender | 0, batch id | null | 0]
 * where 0 means "as the batch", and one more number for an event that has a place in its batch. Positions are not written: they are counted from the block's first.
 */
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

type Description =
  | readonly ['b', string, string | null, readonly [string, number] | null, readonly EventDescription[]]
  | readonly ['a', string, readonly number[]]
  | readonly ['r', LogRecord];

const PREFIX_BYTES = 12;
/** UTF-8 bytes per UTF-16 unit */
const UTF8_BYTES_MAX = 3;

/** Bytes that grow as records are written behind each other. */
export class RecordBuffer {
  bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  write(record: LogRecord): void {
    const start = this.length;
    this.reserve(PREFIX_BYTES);
    this.length += PREFIX_BYTES;
    const events = record.kind === 'batch' ? record.events : [];
    const description = JSON.stringify(describe(record, (data) => this.#text(data)));
    const dataBytes = this.length - start - PREFIX_BYTES;
    const descriptionBytes = this.#text(description);
    this.bytes.writeUInt32BE(dataBytes, start);
    this.bytes.writeUInt32BE(descriptionBytes, start + 4);
    this.bytes.writeUInt32BE(events.length, start + 8);
  }

  /** Makes room for so many more bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  #text(text: string): number {
    this.reserve(text.length * UTF8_BYTES_MAX);
    const written = this.bytes.write(text, this.length);
    this.length += written;
    return written;
  }
}

function describe(record: LogRecord, writeData: (data: string) => number): Description {
  if (record.kind === 'ack') return ['a', record.clientType, record.positions];
  if (record.kind !== 'batch') return ['r', record];
  const { sender, batchId, acknowledges, events } = record;
  return [
    'b',
    sender,
    batchId ?? null,
    acknowledges ? [acknowledges.clientType, acknowledges.position] : null,
    events.map((event) => [
      writeData(event.data),
      event.type,
      event.key,
      event.value,
      event.time,
      event.sessionId,
      event.correlationId,
      event.correlation,
      event.owedTo,
      event.causation ?? null,
      event.sender === sender ? 0 : event.sender,
      event.batchId === batchId ? 0 : (event.batchId ?? null),
      ...placeOf(event),
    ]),
  ];
}

interface Block {
  readonly header: BlockHeader;
  readonly payload: Buffer;
}

function placeOf({ place }: StoredEvent): [place?: number] {
  return place === undefined ? [] : [place];
}

/** The records of a block, in order. */
export function recordsOf(block: Block): LogRecord[] {
  return readRecords(block, true);
}

/** As `recordsOf`, but the events' data is empty: who indexes does not look at it, and making its texts is a good part of reading. */
export function recordsWithoutData(block: Block): LogRecord[] {
  return readRecords(block, false);
}

function readRecords(block: Block, withData: boolean): LogRecord[] {
  const { payload } = block;
  const { records: count, firstPosition } = block.header;
  const found: LogRecord[] = [];
  let offset = 0;
  let position = firstPosition;
  for (let n = 0; n < count; n += 1) {
    const { start, dataBytes, end, events } = prefixAt(payload, offset);
    const description = JSON.parse(payload.toString('utf8', start + dataBytes, end)) as Description;
    if (description[0] === 'b')
      found.push(readBatch(description, withData ? payload : undefined, start, position));
    else if (description[0] === 'a')
      found.push({ kind: 'ack', clientType: description[1], positions: description[2] });
    else found.push(description[1]);
    position += events;
    offset = end;
  }
  return found;
}

/** The events at these ascending positions, all of them in this payload; records without one of them are not parsed. */
export function readEvents(
  payload: Buffer,
  firstPosition: number,
  positions: readonly number[],
): readonly StoredEvent[] {
  const found: StoredEvent[] = [];
  let offset = 0;
  let first = firstPosition;
  while (found.length < positions.length) {
    const { start, dataBytes, end, events } = prefixAt(payload, offset);
    if (positions[found.length]! < first + events) {
      const description = JSON.parse(payload.toString('utf8', start + dataBytes, end)) as Description;
      if (description[0] !== 'b') throw new TypeError('only batches hold events');
      const batch = readBatch(description, payload, start, first);
      for (let wanted = positions[found.length]; wanted !== undefined && wanted < first + events; ) {
        found.push(batch.events[wanted - first]!);
        wanted = positions[found.length];
      }
    }
    first += events;
    offset = end;
  }
  return found;
}

function prefixAt(
  payload: Buffer,
  offset: number,
): { start: number; dataBytes: number; end: number; events: number } {
  const start = offset + PREFIX_BYTES;
  const dataBytes = payload.readUInt32BE(offset);
  const end = start + dataBytes + payload.readUInt32BE(offset + 4);
  return { start, dataBytes, end, events: payload.readUInt32BE(offset + 8) };
}

function readBatch(
  [, sender, batchId, acknowledges, described]: Extract<Description, readonly ['b', ...unknown[]]>,
  /** undefined: the data is not wanted */
  payload: Buffer | undefined,
  dataStart: number,
  firstPosition: number,
): BatchRecord {
  let offset = dataStart;
  const events = described.map((event, n): StoredEvent => {
    const [dataBytes, type, key, value, time, sessionId, correlationId, correlation, owedTo] = event;
    const causation = event[9];
    const ownBatchId = event[11] === 0 ? batchId : event[11];
    const data = payload?.toString('utf8', offset, offset + dataBytes) ?? '';
    offset += dataBytes;
    return {
      position: firstPosition + n,
      type,
      key,
      value,
      data,
      correlationId,
      correlation,
      ...(causation !== null && { causation }),
      time,
      sender: event[10] === 0 ? sender : event[10],
      sessionId,
      ...(ownBatchId !== null && { batchId: ownBatchId }),
      ...(event[12] !== undefined && { place: event[12] }),
      owedTo,
    };
  });
  return {
    kind: 'batch',
    sender,
    ...(batchId !== null && { batchId }),
    events,
    ...(acknowledges !== null && {
      acknowledges: { clientType: acknowledges[0], position: acknowledges[1] },
    }),
  };
}
