import { type LogRecord, StoreError } from '../event-store.js';
import { positionAfter } from '../fold.js';

interface Call {
  readonly records: readonly LogRecord[];
  readonly bytes: number;
  resolve(): void;
  reject(error: Error): void;
}

export interface GroupCommitOptions {
  /** a group takes no further call when it has this much; one call is never divided */
  readonly groupBytesMax: number;
  /** position of the newest durable event */
  readonly lastPosition: () => number;
  /** Resolves when a group may be made. @throws to refuse what waits */
  readonly room: () => Promise<void>;
  /** Makes records durable and readable. @throws if nothing was kept */
  readonly commit: (records: readonly LogRecord[]) => Promise<void>;
}

/**
 * Joins the appends of a turn, and all that come while a flush is under way, into groups: one block and one flush each. There is
 * one writer, so groups become durable in the order of the calls.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Call[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, bytes: roughBytes(records), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Everything appended so far has been answered. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // the rest of this turn may append more: sockets that have spoken are all read before this goes on
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      try {
        await this.#options.room();
        await this.#commitGroup(this.#takeGroup());
      } catch (error) {
        const refused = this.#waiting;
        this.#waiting = [];
        for (const call of refused) call.reject(asStoreError(error));
      }
    }
    // in the same breath as the last look at what waits, so that no call falls between
    this.#running = undefined;
  }

  async #commitGroup(group: readonly Call[]): Promise<void> {
    try {
      const records = group.flatMap((call) => call.records);
      if (records.length > 0) await this.#options.commit(records);
    } catch (error) {
      for (const call of group) call.reject(asStoreError(error));
      throw error;
    }
    for (const call of group) call.resolve();
  }

  /** The oldest calls, as many as make a group; those whose events do not follow are refused. */
  #takeGroup(): readonly Call[] {
    const group: Call[] = [];
    let last = this.#options.lastPosition();
    let bytes = 0;
    let taken = 0;
    while (taken < this.#waiting.length && bytes < this.#options.groupBytesMax) {
      const call = this.#waiting[taken++]!;
      try {
        last = positionAfter(call.records, last);
      } catch (error) {
        call.reject(error as RangeError);
        continue;
      }
      group.push(call);
      bytes += call.bytes;
    }
    this.#waiting = this.#waiting.slice(taken);
    return group;
  }
}

const RECORD_BYTES = 250;

function roughBytes(records: readonly LogRecord[]): number {
  let bytes = 0;
  for (const record of records) {
    bytes += RECORD_BYTES;
    if (record.kind === 'batch') for (const { data } of record.events) bytes += RECORD_BYTES + data.length;
  }
  return bytes;
}

function asStoreError(error: unknown): Error {
  if (error instanceof StoreError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError('unavailable', `the log cannot be written: ${reason}`, { cause: error });
}
