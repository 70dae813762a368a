import { Counter, Gauge, Registry } from 'prom-client';
import type { CoreViews, Receipt, ServiceView } from '../core/types.js';
import type { OutwardEffect } from './loop.js';

/** What is measured elsewhere and asked for when the metrics are read. */
export interface Measured {
  readonly views: CoreViews;
  readonly sessions: () => number;
  readonly waitingBytes: () => number;
  readonly storeWorks: () => boolean;
}

/** The numbers of the bus for Prometheus, in a registry of its own: several buses may live in one process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #committed = this.#counter('events_committed_total', 'Events that became durable', []);
  readonly #delivered = this.#counter('deliveries_total', 'Events given to sessions, repeats included', []);
  readonly #receipts = this.#counter('receipts_total', 'Events judged', ['status']);
  #accepted = 0;
  #refused = 0;
  readonly #errors = this.#counter('errors_total', 'Refusals by the core', ['code']);

  constructor({ views, sessions, waitingBytes, storeWorks }: Measured) {
    this.#gauge('head', 'Position of the newest event', () => views.head());
    this.#gauge('sessions', 'Open connections', sessions);
    this.#gauge('append_waiting_bytes', 'Bytes that wait for the event store', waitingBytes);
    this.#gauge('store_up', '1 if the event store takes events', () => (storeWorks() ? 1 : 0));
    this.#gauge('memory_bytes', 'Memory of the process', () => process.memoryUsage.rss());
    this.#perService(views, 'owed', 'Events owed', ({ owed }) => owed);
    this.#perService(views, 'parked', 'Events parked', ({ parked }) => parked);
    this.#perService(
      views,
      'subscription_narrowed',
      '1 if a registration since the start of the bus dropped event types, and none has come after it',
      ({ changed }) => (changed !== undefined && changed.dropped.length > 0 ? 1 : 0),
    );
    this.#perService(views, 'instances', 'Instances connected', ({ instances }) => instances.length);
    this.#perService(views, 'in_flight', 'Events out at instances', ({ instances }) =>
      instances.reduce((sum, { inFlight }) => sum + inFlight, 0),
    );
    this.#perService(views, 'redelivered', 'Deliveries that were repeats', ({ redelivered }) => redelivered);
  }

  /** Events judged since the bus started; a repeated batch that gets its first answer again counts again. */
  get judged(): { readonly accepted: number; readonly refused: number } {
    return { accepted: this.#accepted, refused: this.#refused };
  }

  /** Counts what the core says. */
  count(effect: OutwardEffect): void {
    switch (effect.kind) {
      case 'committed':
        this.#committed.inc(effect.events.length);
        return;
      case 'deliver':
        this.#delivered.inc(effect.deliveries.length);
        return;
      case 'receipt':
        this.#countReceipts(effect.receipts);
        return;
      case 'error':
        this.#errors.inc({ code: effect.code });
    }
  }

  /** One step of a counter costs as much as the rest of what is done for a receipt: it is taken per message. */
  #countReceipts(receipts: readonly Receipt[]): void {
    let accepted = 0;
    for (const { status } of receipts) if (status === 'success') accepted += 1;
    this.#accepted += accepted;
    this.#refused += receipts.length - accepted;
    if (accepted > 0) this.#receipts.inc({ status: 'success' }, accepted);
    if (accepted < receipts.length)
      this.#receipts.inc({ status: 'inconsistent' }, receipts.length - accepted);
  }

  async read(): Promise<{ text: string; contentType: string }> {
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: `event_bus_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `event_bus_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }

  #perService(views: CoreViews, name: string, help: string, value: (service: ServiceView) => number): void {
    new Gauge({
      name: `event_bus_${name}`,
      help: `${help}, per client type`,
      labelNames: ['client_type'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const service of views.services()) this.set({ client_type: service.clientType }, value(service));
      },
    });
  }
}
