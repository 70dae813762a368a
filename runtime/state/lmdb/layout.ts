import type { Item } from '../items.js';
import type { Space } from '../state-store.js';

/**
 * How a state lies in one LMDB database. Keys are bytes, so their order is code-point order:
 *
 *   d m o a t + key                 an entry of the space data, mark, outbox, answer, meta
 *   i + key + index (8 bytes)       an item of the list under the data key; only ever read by its whole key
 *   x + time (8 bytes) + entry key  an entry that may be removed after that time (Unix ms)
 *
 * Values are text: `=` + text, `~` + Unix ms + `~` + text with a time to live, `#` + number of items for a list.
 */
const TAGS: Readonly<Record<Space, string>> = { data: 'd', mark: 'm', outbox: 'o', answer: 'a', meta: 't' };

/** LMDB's own limit with 4 KiB pages is 1978; the index of items and times adds 9. */
const KEY_BYTES_MAX = 1900;

/** An entry key as text. */
export function entryName(space: Space, key: string): string {
  return TAGS[space] + key;
}

/** @throws RangeError for a key that LMDB cannot index */
export function entryKey(space: Space, key: string): Buffer {
  return bytesOf(entryName(space, key));
}

/** @throws RangeError for a key that LMDB cannot index */
export function bytesOf(name: string): Buffer {
  const bytes = Buffer.from(name);
  if (bytes.length > KEY_BYTES_MAX) throw new RangeError(`a state key has at most ${KEY_BYTES_MAX} bytes`);
  return bytes;
}

/** The script's or host's key in an entry key. */
export function keyIn(entry: Buffer): string {
  return entry.toString('utf8', 1);
}

/** The range of entries whose key begins with `prefix`. */
export function prefixRange(space: Space, prefix: string): { start: Buffer; end: Buffer } {
  const start = entryKey(space, prefix);
  // No byte of UTF-8 is 0xff.
  return { start, end: Buffer.concat([start, Buffer.of(0xff)]) };
}

/** The first entry key that can follow this one. */
export function successor(entry: Buffer): Buffer {
  return Buffer.concat([entry, Buffer.of(0)]);
}

export function listItemKey(key: string, index: number): Buffer {
  return Buffer.concat([Buffer.from(`i${key}`), eightBytes(index)]);
}

export function expiryKey(expires: number, entry: Buffer): Buffer {
  return Buffer.concat([EXPIRY_TAG, eightBytes(expires), entry]);
}

/** The expiry keys up to and including `now`. */
export function expiredRange(now: number): { start: Buffer; end: Buffer } {
  return { start: EXPIRY_TAG, end: Buffer.concat([EXPIRY_TAG, eightBytes(now + 1)]) };
}

export function expiryIn(key: Buffer): { expires: number; entry: Buffer } {
  return { expires: Number(key.readBigUInt64BE(1)), entry: key.subarray(9) };
}

export function encodeText(text: string, expires: number | undefined): string {
  return expires === undefined ? `=${text}` : `~${expires}~${text}`;
}

export function encodeList(length: number): string {
  return `#${length}`;
}

export function decode(value: string): Item {
  if (value.startsWith('=')) return { kind: 'text', text: value.slice(1), expires: undefined };
  if (value.startsWith('#')) return { kind: 'list', length: Number(value.slice(1)) };
  const end = value.indexOf('~', 1);
  return { kind: 'text', text: value.slice(end + 1), expires: Number(value.slice(1, end)) };
}

const EXPIRY_TAG = Buffer.from('x');

function eightBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
