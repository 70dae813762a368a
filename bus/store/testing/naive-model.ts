import type { StoredEvent } from '../../../common/events.js';
import type { KeyState, LogRecord, ReadFilter, UnparkedRecord } from '../event-store.js';
import { eventsOf } from './samples.js';

/** The port's reads said in the plainest way, over all records at once: what stores are compared with. */
export class NaiveModel {
  readonly events: readonly StoredEvent[];
  readonly #records: readonly LogRecord[];

  constructor(records: readonly LogRecord[]) {
    this.#records = records;
    this.events = eventsOf(records);
  }

  /** without its limit */
  read(filter: ReadFilter): readonly StoredEvent[] {
    const owed = filter.notOwedTo === undefined ? [] : this.owed(filter.notOwedTo);
    return this.events.filter(
      (event) =>
        (filter.key ?? event.key) === event.key &&
        (filter.correlation ?? event.correlation) === event.correlation &&
        (filter.sessionId ?? event.sessionId) === event.sessionId &&
        (filter.eventTypes ?? [event.type]).includes(event.type) &&
        event.time >= (filter.since ?? 0) &&
        event.time <= (filter.until ?? Number.POSITIVE_INFINITY) &&
        event.position > (filter.after ?? 0) &&
        event.position <= (filter.upTo ?? Number.POSITIVE_INFINITY) &&
        !owed.includes(event) &&
        !this.#isSkipped(event, filter.notSkippedBy),
    );
  }

  #isSkipped({ position }: StoredEvent, clientType: string | undefined): boolean {
    return this.#records.some(
      (record) =>
        record.kind === 'unparked' &&
        record.decision === 'skip' &&
        !record.applied &&
        record.clientType === clientType &&
        record.position === position,
    );
  }

  owed(clientType: string, key?: string): readonly StoredEvent[] {
    const ended = new Set<number>();
    for (const record of this.#records) {
      if (record.kind === 'ack' && record.clientType === clientType)
        for (const position of record.positions) ended.add(position);
      if (record.kind === 'batch' && record.acknowledges?.clientType === clientType)
        ended.add(record.acknowledges.position);
      if (record.kind === 'unparked' && record.clientType === clientType && record.decision === 'skip')
        ended.add(record.position);
    }
    return this.events.filter(
      (event) =>
        event.owedTo.includes(clientType) && !ended.has(event.position) && (key ?? event.key) === event.key,
    );
  }

  keyState(key: string): KeyState | undefined {
    const events = this.events.filter((event) => event.key === key);
    const head = events.at(-1)?.value;
    if (head === undefined) return undefined;
    return { head, lastOfType: Object.fromEntries(events.map(({ type, value }) => [type, value])) };
  }

  /** newest first, each debt's newest */
  skips(): readonly UnparkedRecord[] {
    const found = new Map<string, UnparkedRecord>();
    for (const record of [...this.#records].reverse())
      if (record.kind === 'unparked' && record.decision === 'skip') {
        const name = `${record.position} ${record.clientType}`;
        if (!found.has(name)) found.set(name, record);
      }
    return [...found.values()];
  }

  totals(): Readonly<Record<string, number>> {
    const totals = new Map<string, number>();
    for (const { type } of this.events) totals.set(type, (totals.get(type) ?? 0) + 1);
    return Object.fromEntries(totals);
  }

  keys(): readonly string[] {
    const bytes = (key: string): Buffer => Buffer.from(key);
    return [...new Set(this.events.map(({ key }) => key))].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
  }
}
