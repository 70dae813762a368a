import type { LogRecord } from '../event-store.js';
import { blockHash, HASH_BYTES, HEADER_BYTES, writeHeader } from './block.js';
import type { Point } from './point.js';
import { RecordBuffer } from './record-codec.js';

const INITIAL_BYTES = 1024 * 1024;
const ALIGNMENT = 8;
const SPACE = 0x20;

/** Makes blocks, always in the same memory: a block is good until the next one is made. */
export class BlockEncoder {
  readonly #buffer = new RecordBuffer(INITIAL_BYTES);

  /** The block of these records behind `point`. Their events follow `point.position`. */
  encode(records: readonly LogRecord[], point: Point): { block: Buffer; hash: Buffer; events: number } {
    const buffer = this.#buffer;
    buffer.length = HEADER_BYTES;
    let events = 0;
    for (const record of records) {
      buffer.write(record);
      if (record.kind === 'batch') events += record.events.length;
    }
    buffer.reserve(ALIGNMENT + HASH_BYTES);
    while (buffer.length % ALIGNMENT !== 0) buffer.bytes[buffer.length++] = SPACE;
    writeHeader(buffer.bytes, {
      payloadBytes: buffer.length - HEADER_BYTES,
      number: point.block + 1,
      firstPosition: point.position + 1,
      events,
      records: records.length,
    });
    const hash = blockHash(Buffer.from(point.hash, 'hex'), buffer.bytes.subarray(0, buffer.length));
    hash.copy(buffer.bytes, buffer.length);
    return { block: buffer.bytes.subarray(0, buffer.length + HASH_BYTES), hash, events };
  }
}
