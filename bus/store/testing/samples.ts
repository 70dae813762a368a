import type { StoredEvent } from '../../../common/events.js';
import type { AckRecord, BatchRecord, LogRecord, ParkedRecord, SubscriptionRecord } from '../event-store.js';

/** Makes records that follow each other as those of a core do: positions and values are counted here. */
export class Records {
  position: number;
  readonly #values = new Map<string, number>();
  #time: number;

  /** @param position of the newest event there is */
  constructor(position = 0) {
    this.position = position;
    this.#time = Date.UTC(2026, 0, 1) + position * 1000;
  }

  /** Unix ms of the newest event */
  get now(): number {
    return this.#time;
  }

  /** The key's newest event has this value already. */
  follow(key: string, head: number): void {
    this.#values.set(key, head);
  }

  event(given: Partial<StoredEvent> = {}): StoredEvent {
    const key = given.key ?? 'acc-1';
    const value = (this.#values.get(key) ?? -1) + 1;
    this.#values.set(key, value);
    this.position += 1;
    this.#time += 1000;
    return {
      position: this.position,
      type: 'Deposited',
      key,
      value,
      data: `{"n":${this.position}}`,
      correlationId: 0xfeedbeef,
      correlation: '00000000-0000-8000-8000-0000feedbeef',
      time: this.#time,
      sender: 'accounts',
      sessionId: 4_194_305,
      owedTo: [],
      ...given,
    };
  }

  batch(...events: readonly Partial<StoredEvent>[]): BatchRecord {
    return { kind: 'batch', sender: 'accounts', events: events.map((given) => this.event(given)) };
  }

  /** batches of one event each */
  batches(count: number, given: Partial<StoredEvent> = {}): BatchRecord[] {
    return Array.from({ length: count }, () => this.batch(given));
  }
}

export function ack(clientType: string, ...positions: readonly number[]): AckRecord {
  return { kind: 'ack', clientType, positions };
}

export function subscription(
  clientType: string,
  eventTypes: readonly string[],
  time = 1,
): SubscriptionRecord {
  return { kind: 'subscription', clientType, eventTypes, time };
}

export function parked(clientType: string, position: number, time = 1): ParkedRecord {
  const error = {
    message: 'no such account',
    traceback: 'accounts.lua:7',
    script: 'accounts.lua',
    version: '1',
  };
  return { kind: 'parked', clientType, position, key: 'acc-1', error, attempts: 5, firstFailure: 1, time };
}

export function eventsOf(records: readonly LogRecord[]): readonly StoredEvent[] {
  return records.flatMap((record) => (record.kind === 'batch' ? record.events : []));
}
