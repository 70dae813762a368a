import { createHash } from 'node:crypto';

/**
 * One block of the log: a group commit.
 *
 *     offset  bytes
 *          0      4  magic
 *          4      4  payload bytes, a multiple of 8
 *          8      8  number of the block, from 1
 *         16      8  position of its first event; of the next event of the log if it holds none
 *         24      4  events
 *         28      4  records
 *         32      8  first bytes of the SHA-256 of the above
 *         40      …  payload: records (`record-codec.ts`), filled up with spaces
 *          …     32  SHA-256 of the hash of the block before, the header and the payload
 *
 * Numbers are big-endian. Invariants
 * - A block is written after the one before it was flushed, so only the last one of a log can be torn.
 * - Its 32 bytes before are the hash of the block before (or stand for it, at the beginning of a segment).
 * - It begins at a multiple of 8, and no 8 bytes of its payload at a multiple of 8 are all zero: a stretch of zeros is a page that never reached the disk.
 */
export interface BlockHeader {
  readonly payloadBytes: number;
  readonly number: number;
  readonly firstPosition: number;
  readonly events: number;
  readonly records: number;
}

export const HEADER_BYTES = 40;
export const HASH_BYTES = 32;
const MAGIC = 0x414b424c;
const CHECKED_BYTES = 32;
const CHECKSUM_BYTES = 8;

export function blockBytes({ payloadBytes }: BlockHeader): number {
  return HEADER_BYTES + payloadBytes + HASH_BYTES;
}

export function writeHeader(into: Buffer, header: BlockHeader): void {
  into.writeUInt32BE(MAGIC, 0);
  into.writeUInt32BE(header.payloadBytes, 4);
  into.writeBigUInt64BE(BigInt(header.number), 8);
  into.writeBigUInt64BE(BigInt(header.firstPosition), 16);
  into.writeUInt32BE(header.events, 24);
  into.writeUInt32BE(header.records, 28);
  checksum(into).copy(into, CHECKED_BYTES, 0, CHECKSUM_BYTES);
}

/** The header that begins here, or undefined if these are not the bytes of one. */
export function readHeader(from: Buffer): BlockHeader | undefined {
  if (from.length < HEADER_BYTES || from.readUInt32BE(0) !== MAGIC) return undefined;
  if (checksum(from).compare(from, CHECKED_BYTES, HEADER_BYTES, 0, CHECKSUM_BYTES) !== 0) return undefined;
  return {
    payloadBytes: from.readUInt32BE(4),
    number: Number(from.readBigUInt64BE(8)),
    firstPosition: Number(from.readBigUInt64BE(16)),
    events: from.readUInt32BE(24),
    records: from.readUInt32BE(28),
  };
}

/** True if these bytes may be the beginning of a header whose rest is missing. */
export function maybeHeaderStart(bytes: Buffer): boolean {
  const magic = Buffer.alloc(4);
  magic.writeUInt32BE(MAGIC);
  const length = Math.min(bytes.length, magic.length);
  return bytes.compare(magic, 0, length, 0, length) === 0;
}

/** @param block header and payload, without the hash */
export function blockHash(previousHash: Uint8Array, block: Uint8Array): Buffer {
  return createHash('sha256').update(previousHash).update(block).digest();
}

/**
 * True if the bytes of a whole block agree with its hash.
 * @param bytes the 32 bytes before the block, then the block
 */
export function agreesWithHash(bytes: Buffer): boolean {
  const end = bytes.length - HASH_BYTES;
  const computed = blockHash(bytes.subarray(0, HASH_BYTES), bytes.subarray(HASH_BYTES, end));
  return computed.compare(bytes, end) === 0;
}

function checksum(header: Buffer): Buffer {
  return createHash('sha256').update(header.subarray(0, CHECKED_BYTES)).digest();
}
