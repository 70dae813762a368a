import { type LogRecord, StoreError } from '../event-store.js';
import { MemoryStore } from '../memory/memory-store.js';

interface Waiting {
  readonly records: readonly LogRecord[];
  resolve(): void;
  reject(error: StoreError): void;
}

/**
 * A memory store whose flushes are in the hands of a test: appends wait until `flush`, can be made to fail, and are lost when the
 * process "crashes" (drop the store, and make another on the same memory log).
 */
export class FaultyStore extends MemoryStore {
  /** appends become durable without `flush`, as soon as they are made */
  automatic = true;
  readonly #waiting: Waiting[] = [];

  /** appends that are not durable yet */
  get waiting(): number {
    return this.#waiting.length;
  }

  override append(records: readonly LogRecord[]): Promise<void> {
    if (this.automatic && this.#waiting.length === 0) return super.append(records);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject });
    });
  }

  /** Makes the oldest waiting appends durable: all, or so many. */
  async flush(count = this.#waiting.length): Promise<void> {
    for (const waiting of this.#waiting.splice(0, count)) {
      await super.append(waiting.records);
      waiting.resolve();
    }
  }

  /** The oldest waiting append fails, and with it every later one. */
  fail(reason = 'the disk is full'): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new StoreError('unavailable', reason));
  }
}
