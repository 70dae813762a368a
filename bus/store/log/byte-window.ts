import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const WINDOW_BYTES = 1024 * 1024;

/** A file read forwards, through one window that is filled by large reads. Its size is taken when it is opened. */
export class ByteWindow {
  readonly size: number;
  readonly #file: number;
  #window = Buffer.alloc(0);
  #start = 0;

  /** @param upTo the file counts as ending here if it is longer */
  constructor(path: string, upTo = Number.POSITIVE_INFINITY) {
    this.#file = openSync(path, 'r');
    this.size = Math.min(fstatSync(this.#file).size, upTo);
  }

  /** The bytes from `offset`: as many as asked for, fewer where the file ends. Good for ever: a window is never written again. */
  bytes(offset: number, length: number): Buffer {
    const end = Math.min(offset + length, this.size);
    if (offset < this.#start || end > this.#start + this.#window.length) this.#fill(offset, end);
    return this.#window.subarray(offset - this.#start, Math.max(offset, end) - this.#start);
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(offset: number, end: number): void {
    const wanted = Math.min(Math.max(end - offset, WINDOW_BYTES), Math.max(0, this.size - offset));
    const window = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const read = readSync(this.#file, window, filled, wanted - filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    this.#window = window.subarray(0, filled);
    this.#start = offset;
  }
}
