import { isDeepStrictEqual } from 'node:util';
import type { BatchRecord, LogRecord } from '../../../bus/store/event-store.js';
import type { StoredEvent } from '../../../common/events.js';
import { type Checker, demand, inner } from './checker.js';

/**
 * What is on the disk, folded as simply as can be, and the promises about it: positions and values without a gap, time that never
 * goes back, no batch twice, debts as the subscriptions stood, and no debt that ends twice or never was.
 */
export class Books implements Checker {
  readonly log: StoredEvent[] = [];
  readonly keys = new Map<string, StoredEvent[]>();
  /** per client type and key: what is owed, by position */
  readonly debts = new Map<string, Map<string, StoredEvent[]>>();
  readonly subscriptions = new Map<string, readonly string[]>();
  /** every subscription there ever was, as `client type: types` */
  readonly registered = new Set<string>();
  readonly #batches = new Set<string>();
  /** `client type/position` */
  readonly #parked = new Set<string>();

  durable(records: readonly LogRecord[]): void {
    for (const record of records) this.#fold(record);
  }

  wants(clientType: string, type: string): boolean {
    return wantsType(this.subscriptions.get(clientType) ?? [], type);
  }

  owed(clientType: string, position: number): boolean {
    const event = this.log[position - 1];
    if (event === undefined) return false;
    return this.owedOf(clientType, event.key).includes(event);
  }

  owedOf(clientType: string, key: string): readonly StoredEvent[] {
    return this.debts.get(clientType)?.get(key) ?? [];
  }

  /** Whether this very event is on the disk. */
  holds(event: StoredEvent): boolean {
    const found = this.log[event.position - 1];
    return found === event || (found !== undefined && isDeepStrictEqual(found, event));
  }

  get everythingAcknowledged(): boolean {
    return [...this.debts.keys()].every((clientType) => this.allOwed(clientType).length === 0);
  }

  allOwed(clientType: string): StoredEvent[] {
    return [...(this.debts.get(clientType)?.values() ?? [])].flat();
  }

  #fold(record: LogRecord): void {
    switch (record.kind) {
      case 'batch':
        this.#batch(record);
        break;
      case 'ack':
        for (const position of record.positions) this.#end(record.clientType, position);
        break;
      case 'subscription':
        this.subscriptions.set(record.clientType, record.eventTypes);
        this.registered.add(subscriptionName(record.clientType, record.eventTypes));
        break;
      case 'parked':
        demand(this.owed(record.clientType, record.position), `parked but not owed: ${record.position}`);
        this.#parked.add(`${record.clientType}/${record.position}`);
        break;
      case 'unparked': {
        const name = `${record.clientType}/${record.position}`;
        demand(this.#parked.delete(name), `decided, but not parked on the disk: ${name}`);
        if (record.decision === 'skip') this.#end(record.clientType, record.position);
      }
    }
  }

  #batch(record: BatchRecord): void {
    if (record.batchId !== undefined) {
      const id = `${record.sender}/${record.batchId}`;
      demand(!this.#batches.has(id), `batch ${id} was stored twice`);
      this.#batches.add(id);
    }
    for (const event of record.events) this.#event(event);
    if (record.acknowledges !== undefined)
      this.#end(record.acknowledges.clientType, record.acknowledges.position);
  }

  #event(event: StoredEvent): void {
    const ofKey = inner(this.keys, event.key, () => []);
    demand(event.position === this.log.length + 1, `position ${event.position} follows ${this.log.length}`);
    demand(event.value === ofKey.length, `${event.key}: value ${event.value} follows ${ofKey.length - 1}`);
    demand(event.time >= (this.log.at(-1)?.time ?? 0), `time goes back at position ${event.position}`);
    const owedTo = [...this.subscriptions.keys()].filter((clientType) => this.wants(clientType, event.type));
    demand(
      JSON.stringify([...event.owedTo].sort()) === JSON.stringify(owedTo.sort()),
      `position ${event.position} is owed to ${event.owedTo}, should be to ${owedTo}`,
    );
    this.log.push(event);
    ofKey.push(event);
    for (const clientType of event.owedTo)
      inner(
        inner(this.debts, clientType, () => new Map()),
        event.key,
        () => [],
      ).push(event);
  }

  #end(clientType: string, position: number): void {
    const event = this.log[position - 1];
    const lane = event && this.debts.get(clientType)?.get(event.key);
    const at = lane === undefined || event === undefined ? -1 : lane.indexOf(event);
    demand(at >= 0, `a debt of ${clientType} ends that is none: position ${position}`);
    lane!.splice(at, 1);
  }
}

export function wantsType(eventTypes: readonly string[], type: string): boolean {
  return eventTypes.includes('*') || eventTypes.includes(type);
}

export function subscriptionName(clientType: string, eventTypes: readonly string[]): string {
  return `${clientType}: ${eventTypes.includes('*') ? '*' : [...new Set(eventTypes)].sort()}`;
}
