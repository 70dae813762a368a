import { randomUUID } from 'node:crypto';
import type { EventStore, LogRecord, Recovered } from '../event-store.js';
import { foldRecord, positionAfter } from '../fold.js';
import { Layer } from '../layer.js';
import { Reads } from '../reads.js';

/** Stands for the disk: what outlives a memory store that is closed or dropped, for one that is made later. */
export interface MemoryLog {
  readonly logId: string;
  readonly records: LogRecord[];
}

/** The event store without a disk: durable means "in this process". For tests, the simulation, and trying things out. */
export class MemoryStore extends Reads implements EventStore {
  readonly #log: MemoryLog | undefined;
  readonly #logId: string;
  readonly #layer: Layer;

  /** @param log what was kept by an earlier store, and where to keep more; without it nothing outlives this store */
  constructor(log?: MemoryLog) {
    const layer = new Layer(0);
    super(() => [layer]);
    this.#log = log;
    this.#logId = log?.logId ?? randomUUID();
    this.#layer = layer;
  }

  async open(): Promise<Recovered> {
    for (const record of this.#log?.records ?? []) foldRecord(record, this.#layer);
    const { last, lastTime, incarnation, subscriptions, parked } = this.#layer;
    return {
      logId: this.#logId,
      lastPosition: last,
      lastTime,
      incarnation,
      subscriptions: [...subscriptions.values()],
      parked,
    };
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    positionAfter(records, this.#layer.last);
    for (const record of records) {
      this.#log?.records.push(record);
      foldRecord(record, this.#layer);
    }
  }

  async close(): Promise<void> {}
}
