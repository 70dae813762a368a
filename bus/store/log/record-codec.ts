import type { EventDraft, StoredEvent } from '../../../common/events.js';
import type { BatchRecord, LogRecord } from '../event-store.js';
import type { BlockHeader } from './block.js';
import { type Description, descriptionText } from './description.js';

/**
 * Records as bytes:
 *
 *     offset  bytes
 *          0      4  bytes of the data texts
 *          4      4  bytes of the description
 *          8      4  events
 *         12      …  the events' data, one after the other, UTF-8, exactly as received
 *          …      …  description (`description.ts`), UTF-8
 */
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
    const description = descriptionText(record, ({ data }) => this.#text(data));
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

interface Block {
  readonly header: BlockHeader;
  readonly payload: Buffer;
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
    const read: EventDraft = {
      position: firstPosition + n,
      type,
      key,
      value,
      data,
      correlationId,
      correlation,
      time,
      sender: event[10] === 0 ? sender : event[10],
      sessionId,
      owedTo,
    };
    if (causation !== null) read.causation = causation;
    if (ownBatchId !== null) read.batchId = ownBatchId;
    if (event[12] !== undefined) read.place = event[12];
    return read;
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
