import { closeSync, openSync, readSync } from 'node:fs';

/** Where things stand in the two meta pages with which an LMDB file begins (data format 2, the machine's byte order). */
const FLAGS_AT = 18;
const MAGIC_AT = 24;
const FORMAT_AT = 28;
export const PAGE_BYTES_AT = 48;
export const TRANSACTION_AT = 152;

const IS_META = 0x08;
const MAGIC = 0xbeefc0de;
const FORMAT = 2;
/** as much as LMDB wants to find */
const READ_BYTES = 168;

/**
 * Why LMDB would refuse to open this file; undefined = it would not. An empty one becomes a new state.
 *
 * It has to be known before: lmdb-js 3.5 frees an environment twice that could not be opened, and the process ends without a word.
 * Pages that are being written for the first time, by another process, are waited for.
 * @throws the file system's error if the file may not be read and written
 */
export function whyNotReadable(path: string): string | undefined {
  const file = openSync(path, 'r+');
  try {
    for (let wait = 0; ; wait += 1) {
      if (isReadable(file)) return undefined;
      if (wait === WAITS_MAX) return 'its file does not begin as a state does';
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  } finally {
    closeSync(file);
  }
}

/** About as many milliseconds. */
const WAITS_MAX = 50;

function isReadable(file: number): boolean {
  const page = Buffer.alloc(READ_BYTES);
  const read = readSync(file, page, 0, READ_BYTES, 0);
  if (read === 0) return true;
  if (read < READ_BYTES || !isMeta(page)) return false;
  return readSync(file, page, 0, READ_BYTES, page.readUInt32LE(PAGE_BYTES_AT)) === READ_BYTES && isMeta(page);
}

function isMeta(page: Buffer): boolean {
  return (
    (page.readUInt16LE(FLAGS_AT) & IS_META) !== 0 &&
    page.readUInt32LE(MAGIC_AT) === MAGIC &&
    (page.readUInt32LE(FORMAT_AT) & 0xffff) === FORMAT
  );
}
