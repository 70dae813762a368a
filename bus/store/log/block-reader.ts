import { closeSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { StoredEvent } from '../../../common/events.js';
import { agreesWithHash, HASH_BYTES, HEADER_BYTES, readHeader } from './block.js';
import { damaged, unavailable } from './damage.js';
import { readEvents } from './record-codec.js';
import { segmentPath } from './segments.js';

/** Where a block stands. */
export interface BlockPlace {
  /** position of its first event */
  readonly first: number;
  readonly events: number;
  readonly segment: number;
  readonly offset: number;
  /** all of it */
  readonly bytes: number;
  /** Unix ms of its first event */
  readonly time: number;
}

/** A whole block whose bytes agree with its hash. */
export class StoredBlock {
  readonly #payload: Buffer;
  readonly #first: number;

  constructor(payload: Buffer, first: number) {
    this.#payload = payload;
    this.#first = first;
  }

  /** @param positions ascending, all in this block */
  events(positions: readonly number[]): readonly StoredEvent[] {
    return readEvents(this.#payload, this.#first, positions);
  }
}

const CACHE_BYTES_MAX = 16 * 1024 * 1024;
const readAt = promisify(read);

/**
 * Reads blocks of the log, wherever they stand. Every block is checked against its hash when it is read, so changed history is never
 * handed out. The blocks used last stay in memory.
 */
export class BlockReader {
  readonly #directory: string;
  readonly #files = new Map<number, number>();
  /** by offset within the log's files, least recently used first */
  readonly #cache = new Map<string, { block: StoredBlock; bytes: number }>();
  #cachedBytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws StoreError `damaged`, or `unavailable` if the file cannot be read */
  async read(place: BlockPlace): Promise<StoredBlock> {
    const cached = this.#cached(place);
    if (cached !== undefined) return cached;
    const { bytes, from } = extent(place);
    try {
      const { bytesRead } = await readAt(this.#file(place.segment), bytes, 0, bytes.length, from);
      return this.#keep(place, bytes.subarray(0, bytesRead));
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** As `read`, at once. */
  readNow(place: BlockPlace): StoredBlock {
    const cached = this.#cached(place);
    if (cached !== undefined) return cached;
    const { bytes, from } = extent(place);
    try {
      const bytesRead = readSync(this.#file(place.segment), bytes, 0, bytes.length, from);
      return this.#keep(place, bytes.subarray(0, bytesRead));
    } catch (error) {
      throw asStoreError(error);
    }
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
    this.#cache.clear();
  }

  #file(segment: number): number {
    let file = this.#files.get(segment);
    if (file === undefined) {
      file = openSync(segmentPath(this.#directory, segment), 'r');
      this.#files.set(segment, file);
    }
    return file;
  }

  #cached(place: BlockPlace): StoredBlock | undefined {
    const name = nameOf(place);
    const entry = this.#cache.get(name);
    if (entry === undefined) return undefined;
    this.#cache.delete(name);
    this.#cache.set(name, entry);
    return entry.block;
  }

  #keep(place: BlockPlace, bytes: Buffer): StoredBlock {
    const header = readHeader(bytes.subarray(HASH_BYTES));
    const whole = bytes.length === HASH_BYTES + place.bytes;
    if (header === undefined || !whole || header.firstPosition !== place.first || !agreesWithHash(bytes)) {
      const path = segmentPath(this.#directory, place.segment);
      throw damaged(path, place.offset, place.first - 1, 'this block is not what was written');
    }
    const payload = bytes.subarray(HASH_BYTES + HEADER_BYTES, bytes.length - HASH_BYTES);
    const block = new StoredBlock(payload, place.first);
    const name = nameOf(place);
    if (!this.#cache.has(name)) this.#cachedBytes += place.bytes;
    this.#cache.set(name, { block, bytes: place.bytes });
    for (const [oldest, entry] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES_MAX || oldest === name) break;
      this.#cache.delete(oldest);
      this.#cachedBytes -= entry.bytes;
    }
    return block;
  }
}

/** The block together with the hash before it. */
function extent({ offset, bytes }: BlockPlace): { bytes: Buffer; from: number } {
  return { bytes: Buffer.allocUnsafeSlow(HASH_BYTES + bytes), from: offset - HASH_BYTES };
}

function nameOf({ segment, offset }: BlockPlace): string {
  return `${segment}:${offset}`;
}

function asStoreError(error: unknown): Error {
  return error instanceof Error && 'syscall' in error
    ? unavailable('cannot read the log', error)
    : (error as Error);
}
