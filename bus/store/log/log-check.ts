import type { BatchRecord, LogRecord } from '../event-store.js';
import type { ScannedBlock } from './block-scan.js';
import { damagedAt } from './log-scan.js';

/** What must hold from each record to the next, whoever wrote them: values of a key without a gap, time that does not run backwards. */
export class LogCheck {
  readonly #directory: string;
  readonly #heads = new Map<string, number>();
  #time = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** keys seen so far */
  get keys(): number {
    return this.#heads.size;
  }

  /** @param records of the block. @throws StoreError `damaged` */
  check(block: ScannedBlock, records: readonly LogRecord[]): void {
    let events = 0;
    for (const record of records) {
      if (record.kind !== 'batch') continue;
      events += record.events.length;
      this.#checkBatch(block, record);
    }
    const { number, events: announced } = block.header;
    if (events !== announced)
      throw this.#damaged(block, `block ${number} holds ${events} events, not ${announced}`);
  }

  #checkBatch(block: ScannedBlock, { events }: BatchRecord): void {
    for (const { key, value, time, position } of events) {
      const next = (this.#heads.get(key) ?? -1) + 1;
      if (value !== next)
        throw this.#damaged(block, `position ${position}: value ${value} of key '${key}' should be ${next}`);
      if (time < this.#time) throw this.#damaged(block, `position ${position}: time runs backwards`);
      this.#heads.set(key, value);
      this.#time = time;
    }
  }

  #damaged({ header, offset, end }: ScannedBlock, what: string): Error {
    return damagedAt(this.#directory, { ...end, offset, position: header.firstPosition - 1 }, what);
  }
}
