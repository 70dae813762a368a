import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../../../common/sync-directory.js';
import { HASH_BYTES } from './block.js';
import { damaged } from './damage.js';
import type { Point } from './point.js';

/**
 * The log is a row of segment files, numbered from 1, each with a header that names the log and where the segment stands in it:
 *
 *     offset  bytes
 *          0      8  magic and format
 *          8      8  number of the segment
 *         16      8  blocks before it
 *         24      8  position of the newest event before it
 *         32     40  id of the log, filled up with spaces
 *         72      8  first bytes of the SHA-256 of all other bytes
 *         80     32  hash of the last block before it
 *
 * Invariant: a segment gets its name when its header is durable, so a header that does not add up is damage.
 */
export interface SegmentHeader {
  readonly logId: string;
  /** where its first block begins */
  readonly start: Point;
}

export const SEGMENT_HEADER_BYTES = 112;
const MAGIC = 'AKLOG\0\0\x01';
const ID_AT = 32;
const ID_BYTES = 40;
const CHECKSUM_AT = 72;
const CHECKSUM_BYTES = 8;
const HASH_AT = 80;
const SUFFIX = '.segment';
const UNFINISHED = 'next.unfinished';

export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(8, '0')}${SUFFIX}`);
}

/** Numbers of the segments, ascending, without a gap from 1. @throws StoreError `damaged` if one is missing */
export function listSegments(directory: string): readonly number[] {
  if (!existsSync(directory)) return [];
  const numbers = readdirSync(directory)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
  numbers.forEach((number, at) => {
    if (number !== at + 1)
      throw damaged(segmentPath(directory, at + 1), 0, 0, 'this segment of the log is missing');
  });
  return numbers;
}

/** The point before the first block of a new log. */
export function beginning(logId: string): Point {
  const hash = createHash('sha256').update(logId).digest('hex');
  return { segment: 1, offset: SEGMENT_HEADER_BYTES, block: 0, position: 0, hash };
}

/** Makes the segment that begins behind `end`, durably, and returns its first point. */
export async function createSegment(
  directory: string,
  logId: string,
  number: number,
  end: Point,
): Promise<Point> {
  const start = { ...end, segment: number, offset: SEGMENT_HEADER_BYTES };
  const unfinished = join(directory, UNFINISHED);
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx');
  try {
    await file.write(encodeHeader({ logId, start }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, segmentPath(directory, number));
  await syncDirectory(directory);
  return start;
}

/** @throws StoreError `damaged` */
export function readSegmentHeader(directory: string, number: number): SegmentHeader {
  const path = segmentPath(directory, number);
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(file);
  }
  const header = decodeHeader(bytes);
  if (header === undefined) throw damaged(path, 0, 0, 'this is not the header of a segment');
  if (header.start.segment !== number)
    throw damaged(path, 8, header.start.position, `this is segment ${header.start.segment}`);
  return header;
}

function encodeHeader({ logId, start }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeBigUInt64BE(BigInt(start.segment), 8);
  bytes.writeBigUInt64BE(BigInt(start.block), 16);
  bytes.writeBigUInt64BE(BigInt(start.position), 24);
  bytes.write(logId.padEnd(ID_BYTES), ID_AT, ID_BYTES, 'latin1');
  bytes.write(start.hash, HASH_AT, HASH_BYTES, 'hex');
  checksum(bytes).copy(bytes, CHECKSUM_AT, 0, CHECKSUM_BYTES);
  return bytes;
}

function decodeHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  if (checksum(bytes).compare(bytes, CHECKSUM_AT, HASH_AT, 0, CHECKSUM_BYTES) !== 0) return undefined;
  return {
    logId: bytes.toString('latin1', ID_AT, ID_AT + ID_BYTES).trimEnd(),
    start: {
      segment: Number(bytes.readBigUInt64BE(8)),
      offset: SEGMENT_HEADER_BYTES,
      block: Number(bytes.readBigUInt64BE(16)),
      position: Number(bytes.readBigUInt64BE(24)),
      hash: bytes.toString('hex', HASH_AT),
    },
  };
}

function checksum(header: Buffer): Buffer {
  return createHash('sha256')
    .update(header.subarray(0, CHECKSUM_AT))
    .update(header.subarray(HASH_AT))
    .digest();
}
