import { closeSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES_AT, TRANSACTION_AT } from './meta-pages.js';

/**
 * The number of the newest transaction in an LMDB file, as its two meta pages have it. To be trusted only by whoever holds the lock of
 * writers: then nobody changes these pages.
 *
 * Why anybody has to know: each opening of an environment sets the shared number of the last transaction to what its meta pages said a
 * moment earlier, without the lock. If another process committed in that moment, the next transaction begins with a number that is
 * taken, on the pages of the one before, and what was committed would be overwritten.
 */
export class NewestTransaction {
  readonly #file: number;
  readonly #secondAt: number;
  readonly #number = Buffer.alloc(8);

  /** @param path of the data file of an environment that is open */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    const pageBytes = Buffer.alloc(4);
    readSync(this.#file, pageBytes, 0, 4, PAGE_BYTES_AT);
    this.#secondAt = pageBytes.readUInt32LE();
  }

  get number(): number {
    return Math.max(this.#at(0), this.#at(this.#secondAt));
  }

  close(): void {
    closeSync(this.#file);
  }

  #at(page: number): number {
    readSync(this.#file, this.#number, 0, 8, page + TRANSACTION_AT);
    return Number(this.#number.readBigUInt64LE());
  }
}
