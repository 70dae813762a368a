import { FEATURES, type HandlerError } from '../../../common/protocol/messages.js';
import { Recalls } from '../../../runtime/service/bus-client/recalls.js';
import type { SimProcess } from '../../../runtime/service/engine/testing/sim-process.js';
import { eventView, outcomeOf } from '../../../runtime/service/engine/testing/views.js';
import type {
  BatchOutcome,
  BusEvents,
  BusPort,
  OutgoingBatch,
  QueryPage,
} from '../../../runtime/service/types.js';
import type { Bus, PageWithHead } from '../bus/bus.js';
import type { Connection, Peer, SessionEffect } from '../bus/connection.js';
import type { Question } from '../plants/plant.js';
import type { World } from '../world.js';

type Registration = Parameters<BusPort['start']>[0];

/** What may happen when a batch or an acknowledgement is sent. */
export type SendFault = 'none' | 'kill-before' | 'kill-after' | 'disconnect';

interface Waiting {
  readonly batch: OutgoingBatch;
  resolve(outcome: BatchOutcome): void;
  /** over the present connection, and not answered */
  sent: boolean;
}

/**
 * The bus as one process reaches it: over one connection after the other. Batches that were not answered are sent again over the
 * next one, under their ids.
 */
export class Port implements BusPort, Peer {
  #registration: Registration | undefined;
  #listener: BusEvents | undefined;
  #delivering = false;
  #registered = false;
  #stopped = false;
  #connection: Connection | undefined;
  /** oldest first; the same batch may be published by several at once */
  readonly #batches = new Set<Waiting>();
  #queries = new Set<(error: Error) => void>();
  #drained: (() => void)[] = [];
  readonly #recalls = new Recalls();

  constructor(
    private readonly world: World,
    private readonly bus: Bus,
    private readonly process: SimProcess,
    private readonly sending: () => SendFault,
  ) {}

  start(registration: Registration, listener: BusEvents): void {
    this.#registration = registration;
    this.#listener = listener;
    this.#connect();
  }

  deliver(on: boolean): void {
    this.#delivering = on;
    this.#register();
  }

  connected(): boolean {
    return this.#registered;
  }

  publish(batch: OutgoingBatch): Promise<BatchOutcome> {
    return new Promise((resolve) => {
      if (this.#stopped) return resolve({ kind: 'unknown' });
      const waiting: Waiting = { batch, resolve, sent: false };
      this.#batches.add(waiting);
      if (this.#registered) this.#sendBatch(waiting);
    });
  }

  acknowledge(delivery: string): void {
    this.#send(() => this.#connection?.say({ kind: 'ack', deliveries: [delivery] }));
  }

  fail(delivery: string, error: HandlerError, retry: boolean): void {
    this.#connection?.say({ kind: 'nack', delivery, error, retry });
  }

  giveBack(delivery: string, error: HandlerError, keys: readonly string[]): void {
    this.#connection?.say({ kind: 'nack', delivery, error, retry: true, contended: keys });
  }

  query({
    eventTypes,
    after,
    key,
    limit,
    acknowledgedOnly,
  }: Parameters<BusPort['query']>[0]): Promise<QueryPage> {
    return new Promise((resolve, reject) => {
      const connection = this.#connection;
      if (!connection || !this.#registered) return reject(new Error('not connected'));
      this.#queries.add(reject);
      const question: Question = {
        ...(!eventTypes.includes('*') && { eventTypes }),
        after: Number(after),
        limit,
        ...(key !== undefined && { key }),
        ...(acknowledgedOnly && { notOwedTo: this.#registration?.clientType ?? '' }),
      };
      const ask = (answer: (page: PageWithHead) => void) =>
        this.bus.query(this.world.plant?.query?.(question) ?? question, answer);
      connection.ask(ask, ({ events, next, end, head }) =>
        this.process.enter(() => {
          this.#queries.delete(reject);
          resolve({
            events: events.map(eventView),
            next: end ? undefined : String(next),
            head: String(head),
          });
        }),
      );
    });
  }

  async recall(): Promise<void> {
    if (!this.#registered) throw new Error('not connected');
    this.#connection?.say({ kind: 'recall' });
    return this.#recalls.add();
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#registered) return resolve();
      this.#drained.push(resolve);
      this.#connection?.say({ kind: 'drain' });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#registered = false;
    this.#connection?.end();
    for (const { resolve } of this.#batches) resolve({ kind: 'unknown' });
    this.#batches.clear();
    this.#endQuestions('the service stops');
  }

  hears(effect: SessionEffect): void {
    const connection = this.#connection;
    this.process.enter(() => {
      if (this.#connection === connection) this.#hears(effect);
    });
  }

  lost(): void {
    this.process.enter(() => this.#lost());
  }

  /** The connection breaks here; the bus hears of it later. */
  cut(): void {
    this.#connection?.closeAtClient();
  }

  /** The process is dead. */
  end(): void {
    this.#connection?.end();
  }

  #connect(): void {
    if (this.#stopped || !this.process.alive) return;
    this.#connection = this.bus.connect(this);
    if (this.#connection) this.#register();
    else this.#connectLater();
  }

  #connectLater(): void {
    const { agenda, chance } = this.world;
    agenda.in(chance.between(5, 50), () => this.process.enter(() => this.#connect()));
  }

  #lost(): void {
    const was = this.#registered;
    this.#connection = undefined;
    this.#registered = false;
    for (const waiting of this.#batches) waiting.sent = false;
    this.#endQuestions('the connection is lost');
    for (const resolve of this.#drained.splice(0)) resolve();
    if (was) this.#listener?.disconnected('the connection is lost');
    this.#connectLater();
  }

  #endQuestions(reason: string): void {
    for (const reject of this.#queries) reject(new Error(reason));
    this.#queries.clear();
    this.#recalls.fail(reason);
  }

  #register(): void {
    if (!this.#registration) return;
    const { clientType, eventTypes, maxInFlight } = this.#registration;
    this.#connection?.say({
      kind: 'register',
      clientType,
      eventTypes,
      features: [...FEATURES],
      maxInFlight: this.#delivering ? maxInFlight : 0,
    });
  }

  #hears(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'registration':
        this.#registered = true;
        this.#listener?.registered({
          sessionId: effect.sessionId,
          acknowledged: String(effect.acknowledged),
          head: String(effect.head),
        });
        for (const waiting of this.#batches) this.#sendBatch(waiting);
        break;
      case 'deliver':
        this.#listener?.events(
          effect.deliveries.map(({ event, delivery, attempt }) => ({
            ...eventView(event),
            delivery,
            attempt,
          })),
        );
        break;
      case 'receipt':
        if (effect.batchId !== undefined) this.#answered(effect.batchId, outcomeOf(effect.receipts));
        break;
      case 'error':
        this.#refused(effect);
        break;
      case 'progress':
        this.#listener?.progress({ acknowledged: String(effect.acknowledged), head: String(effect.head) });
        break;
      case 'drained':
        for (const resolve of this.#drained.splice(0)) resolve();
        break;
      case 'recalled':
        this.#recalls.answered();
        break;
    }
  }

  #refused({ code, message, about }: Extract<SessionEffect, { kind: 'error' }>): void {
    const waiting = about.batchId === undefined ? undefined : this.#oldest(about.batchId);
    if (!waiting) return;
    if (code === 'store_unavailable') this.#sendLater(waiting);
    else this.#end(waiting, code === 'fenced' ? { kind: 'fenced' } : { kind: 'refused', code, message });
  }

  #sendLater(waiting: Waiting): void {
    const { agenda, chance } = this.world;
    waiting.sent = false;
    agenda.in(chance.between(1, 50), () =>
      this.process.enter(() => {
        if (this.#registered && this.#batches.has(waiting) && !waiting.sent) this.#sendBatch(waiting);
      }),
    );
  }

  #answered(batchId: string, outcome: BatchOutcome): void {
    const waiting = this.#oldest(batchId);
    if (waiting) this.#end(waiting, outcome);
  }

  #oldest(batchId: string): Waiting | undefined {
    return [...this.#batches].find(({ batch, sent }) => sent && batch.batchId === batchId);
  }

  #end(waiting: Waiting, outcome: BatchOutcome): void {
    this.#batches.delete(waiting);
    waiting.resolve(outcome);
  }

  #sendBatch(waiting: Waiting): void {
    const { batchId, events, acknowledges } = waiting.batch;
    waiting.sent = true;
    this.#send(() =>
      this.#connection?.say({
        kind: 'new',
        batchId,
        atomic: true,
        events: events.map((event) => ({ ...event, checksum: '', correlationId: 0 })),
        ...(acknowledges !== undefined && { acknowledges }),
      }),
    );
  }

  #send(send: () => void): void {
    const fault = this.sending();
    if (fault === 'kill-before') this.process.kill();
    else send();
    if (fault === 'kill-after') this.process.kill();
    if (fault === 'disconnect') this.world.agenda.in(0, () => this.process.enter(() => this.cut()));
  }
}
