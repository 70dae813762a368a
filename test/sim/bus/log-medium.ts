import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore, LogRecord, Recovered } from '../../../bus/store/event-store.js';
import { BlockEncoder } from '../../../bus/store/log/block-encoder.js';
import { indexPath } from '../../../bus/store/log/index/database.js';
import { LogStore } from '../../../bus/store/log/log-store.js';
import { segmentPath } from '../../../bus/store/log/segments.js';
import { checkTail } from '../../../bus/store/log/tail.js';
import { type MemoryLog, MemoryStore } from '../../../bus/store/memory/memory-store.js';

/** A block that was being written when the machine stopped: `share` (0 to 1, neither) of its bytes are on the disk. */
export interface Torn {
  readonly records: readonly LogRecord[];
  readonly share: number;
}

export interface Opened {
  readonly store: EventStore;
  readonly recovered: Recovered;
}

/** What outlives the lives of the bus: a real store is opened on it again and again. */
export interface LogMedium {
  open(): Promise<Opened>;
  /** The machine stops. @param indexesLost the indexes do not come back with it */
  crash(torn: Torn | undefined, indexesLost: boolean): Promise<void>;
  /** Closes whatever is open. */
  close(): Promise<void>;
}

export class MemoryMedium implements LogMedium {
  readonly #log: MemoryLog = { logId: 'sim', records: [] };

  async open(): Promise<Opened> {
    const store = new MemoryStore(this.#log);
    return { store, recovered: await store.open() };
  }

  /** What was torn was never in the list of records, and there are no indexes. */
  async crash(): Promise<void> {}

  async close(): Promise<void> {}
}

/** The segment log with its LMDB indexes, in a directory of the caller's. */
export class EmbeddedMedium implements LogMedium {
  readonly #directory: string;
  #store: LogStore | undefined;

  constructor(directory: string) {
    this.#directory = join(directory, 'log');
  }

  async open(): Promise<Opened> {
    const store = new LogStore(this.#directory, {
      indexer: 'inline',
      indexIntervalMs: 0,
      segmentBytesMax: 40_000,
    });
    const recovered = await store.open();
    this.#store = store;
    return { store, recovered };
  }

  async crash(torn: Torn | undefined, indexesLost: boolean): Promise<void> {
    await this.close();
    if (torn !== undefined) this.#tear(torn);
    if (indexesLost) rmSync(indexPath(this.#directory), { recursive: true });
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  #tear({ records, share }: Torn): void {
    const tail = checkTail(this.#directory);
    if (tail === undefined) throw new Error('the log is gone');
    const { block } = new BlockEncoder().encode(records, tail.end);
    const file = openSync(segmentPath(this.#directory, tail.end.segment), 'r+');
    try {
      writeSync(file, block, 0, Math.ceil((block.length - 1) * share), tail.end.offset);
    } finally {
      closeSync(file);
    }
  }
}
