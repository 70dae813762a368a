import {
  agreesWithHash,
  type BlockHeader,
  blockBytes,
  HASH_BYTES,
  HEADER_BYTES,
  maybeHeaderStart,
  readHeader,
} from './block.js';
import type { ByteWindow } from './byte-window.js';
import type { Point } from './point.js';

/** A block in the log, its hash and its place in the chain checked. */
export interface ScannedBlock {
  readonly header: BlockHeader;
  readonly payload: Buffer;
  /** of its header */
  readonly offset: number;
  readonly end: Point;
}

export type Scan =
  | { readonly kind: 'block'; readonly block: ScannedBlock }
  /** the file ends here */
  | { readonly kind: 'end' }
  /** a block that was being written when the machine stopped: nobody was told that it is durable */
  | { readonly kind: 'torn' }
  | { readonly kind: 'damaged'; readonly what: string };

/** What may have reached the disk, or not, by itself; the space of a file that was never written reads as zeros. */
const SECTOR_BYTES = 512;
const ALIGNMENT = 8;

/**
 * What stands at `point`, the end of the block before.
 *
 * Only the last block can be torn. It shows in one of two ways: it runs past the end of the file, or a sector of it is all zeros,
 * which no sector of a block ever is (see `block.ts`). All else that does not add up is damage.
 */
export function scanBlock(file: ByteWindow, point: Point): Scan {
  const { offset } = point;
  const left = file.size - offset;
  if (left === 0) return { kind: 'end' };
  if (left < 0) return { kind: 'damaged', what: 'the file is shorter than it was' };
  const start = file.bytes(offset, HEADER_BYTES);
  const header = readHeader(start);
  if (header === undefined) return withoutHeader(file, offset, start);
  const place = misplaced(header, point);
  if (place !== undefined) return { kind: 'damaged', what: place };
  const length = blockBytes(header);
  if (length > left) return { kind: 'torn' };
  const bytes = file.bytes(offset - HASH_BYTES, HASH_BYTES + length);
  if (bytes.toString('hex', 0, HASH_BYTES) !== point.hash)
    return { kind: 'damaged', what: 'the hash of the block before has changed' };
  if (!agreesWithHash(bytes)) {
    if (length === left && hasZeroSector(bytes.subarray(HASH_BYTES), offset)) return { kind: 'torn' };
    return { kind: 'damaged', what: `block ${header.number} does not agree with its hash` };
  }
  const hashAt = bytes.length - HASH_BYTES;
  return {
    kind: 'block',
    block: {
      header,
      payload: bytes.subarray(HASH_BYTES + HEADER_BYTES, hashAt),
      offset,
      end: {
        segment: point.segment,
        offset: offset + length,
        block: header.number,
        position: point.position + header.events,
        hash: bytes.toString('hex', hashAt),
      },
    },
  };
}

/** The block's length is not known: everything to the end of the file is its rest, unless another block can be found there. */
function withoutHeader(file: ByteWindow, offset: number, start: Buffer): Scan {
  const damage: Scan = { kind: 'damaged', what: 'this is not the header of a block' };
  if (start.length < HEADER_BYTES)
    return maybeHeaderStart(start) || isZero(start) ? { kind: 'torn' } : damage;
  if (!hasZeroSector(start, offset)) return damage;
  for (let at = offset + ALIGNMENT; at + HEADER_BYTES <= file.size; at += ALIGNMENT)
    if (readHeader(file.bytes(at, HEADER_BYTES)) !== undefined) return damage;
  return { kind: 'torn' };
}

function misplaced({ number, firstPosition }: BlockHeader, point: Point): string | undefined {
  if (number !== point.block + 1) return `block ${point.block + 1} should be here, not block ${number}`;
  if (firstPosition !== point.position + 1)
    return `position ${point.position + 1} should be here, not position ${firstPosition}`;
  return undefined;
}

/** True if the bytes, which begin at this offset of the file, hold all that they have of some sector as zeros. */
function hasZeroSector(bytes: Buffer, offset: number): boolean {
  let at = 0;
  while (at < bytes.length) {
    const end = Math.min(bytes.length, at + SECTOR_BYTES - ((offset + at) % SECTOR_BYTES));
    if (isZero(bytes.subarray(at, end))) return true;
    at = end;
  }
  return false;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
