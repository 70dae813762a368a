import type { Input } from '../../../../bus/core/types.js';
import { ERRORS } from '../../../../common/errors.js';
import { FEATURES } from '../../../../common/protocol/messages.js';
import { Recalls } from '../../bus-client/recalls.js';
import type {
  BatchOutcome,
  BusEvents,
  BusPort,
  HandlerFailure,
  OutgoingBatch,
  QueryPage,
} from '../../types.js';
import type { SessionEffect, SimBus } from './sim-bus.js';
import type { SimProcess } from './sim-process.js';
import { eventView, outcomeOf } from './views.js';
import type { VirtualTime } from './virtual-time.js';

type Registration = Parameters<BusPort['start']>[0];
type Said = Input extends infer I ? (I extends { sessionId: number } ? Omit<I, 'sessionId'> : never) : never;

export interface PortFaults {
  /** ms for one message, one way */
  latency(): number;
  /** called before and after each batch and acknowledgement is sent */
  sending(): 'none' | 'kill-before' | 'kill-after' | 'disconnect';
}

const RECONNECT_MS = 20;

interface Waiting {
  readonly batch: OutgoingBatch;
  resolve(outcome: BatchOutcome): void;
}

/** The bus as one process reaches it: messages of one direction arrive in order, a lost connection loses what is under way. */
export class SimPort implements BusPort {
  #registration: Registration | undefined;
  #listener: BusEvents | undefined;
  #delivering = false;
  #registered = false;
  #stopped = false;
  #link: Link | undefined;
  readonly #batches = new Map<string, Waiting>();
  #queries = new Set<(error: Error) => void>();
  #drained: (() => void)[] = [];
  readonly #recalls = new Recalls();

  constructor(
    private readonly bus: SimBus,
    private readonly time: VirtualTime,
    private readonly process: SimProcess,
    private readonly faults: PortFaults,
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
      this.#batches.set(batch.batchId, { batch, resolve });
      if (this.#registered) this.#sendBatch(batch);
    });
  }

  acknowledge(delivery: string): void {
    this.#faulty(() => this.#link?.say({ kind: 'ack', deliveries: [delivery] }));
  }

  fail(delivery: string, { applied = false, ...error }: HandlerFailure, retry: boolean): void {
    this.#link?.say({ kind: 'nack', delivery, error, applied, retry });
  }

  giveBack(delivery: string, { applied = false, ...error }: HandlerFailure, keys: readonly string[]): void {
    this.#link?.say({ kind: 'nack', delivery, error, applied, retry: true, contended: keys });
  }

  query(query: Parameters<BusPort['query']>[0]): Promise<QueryPage> {
    return new Promise((resolve, reject) => {
      const link = this.#link;
      if (!link || !this.#registered) return reject(new Error('not connected'));
      this.#queries.add(reject);
      const { eventTypes, after, key, limit, acknowledgedOnly, withoutSkipped } = query;
      const clientType = this.#registration?.clientType ?? '';
      link.ask(
        () =>
          this.bus.query({
            eventTypes,
            after,
            limit,
            ...(key !== undefined && { key }),
            ...(acknowledgedOnly && { notOwedTo: clientType }),
            ...((acknowledgedOnly || withoutSkipped) && { notSkippedBy: clientType }),
          }),
        (page) => {
          this.#queries.delete(reject);
          resolve(page);
        },
      );
    });
  }

  async recall(): Promise<void> {
    if (!this.#registered) throw new Error('not connected');
    this.#link?.say({ kind: 'recall' });
    return this.#recalls.add();
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#registered) return resolve();
      this.#drained.push(resolve);
      this.#link?.say({ kind: 'drain' });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#registered = false;
    this.#link?.close();
    for (const { resolve } of this.#batches.values()) resolve({ kind: 'unknown' });
    this.#batches.clear();
    this.#endQuestions('the service stops');
  }

  /** The connection breaks, or its process is dead. */
  cut(): void {
    this.#link?.close();
    this.#lost('the connection was cut');
  }

  #connect(): void {
    if (this.#stopped || !this.process.alive) return;
    const link = new Link(this.bus, this.time, this.faults.latency, {
      hears: (effect) => this.process.enter(() => this.#link === link && this.#hears(effect)),
      lost: () => this.process.enter(() => this.#link === link && this.#lost('the bus is gone')),
    });
    this.#link = link;
    if (link.open) this.#register();
    else this.#lost('nobody answers');
  }

  #lost(reason: string): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    const was = this.#registered;
    this.#registered = false;
    this.#endQuestions(reason);
    for (const resolve of this.#drained.splice(0)) resolve();
    if (was) this.#listener?.disconnected(reason);
    this.time.after(RECONNECT_MS + this.faults.latency(), () => this.process.enter(() => this.#connect()));
  }

  #endQuestions(reason: string): void {
    for (const reject of this.#queries) reject(new Error(reason));
    this.#queries.clear();
    this.#recalls.fail(reason);
  }

  #register(): void {
    if (!this.#registration) return;
    const { clientType, eventTypes, maxInFlight } = this.#registration;
    this.#link?.say({
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
          logId: this.bus.log.logId,
        });
        for (const { batch } of this.#batches.values()) this.#sendBatch(batch);
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
    const waiting = about.batchId === undefined ? undefined : this.#batches.get(about.batchId);
    if (!waiting) return;
    const { batch } = waiting;
    if (code === 'fenced') this.#answered(batch.batchId, { kind: 'fenced' });
    else if (ERRORS[code].retriable) this.#sendBatch(batch);
    else {
      const instead = about.acceptedAs === undefined ? {} : { acceptedAs: about.acceptedAs };
      this.#answered(batch.batchId, { kind: 'refused', code, message, ...instead });
    }
  }

  #answered(batchId: string, outcome: BatchOutcome): void {
    this.#batches.get(batchId)?.resolve(outcome);
    this.#batches.delete(batchId);
  }

  #sendBatch({ batchId, events, acknowledges, once }: OutgoingBatch): void {
    this.#faulty(() =>
      this.#link?.say({
        kind: 'new',
        batchId,
        atomic: true,
        events: events.map((event) => ({ ...event, checksum: '', correlationId: 0 })),
        ...(acknowledges !== undefined && { acknowledges }),
        ...(once !== undefined && { once }),
      }),
    );
  }

  #faulty(send: () => void): void {
    const fault = this.faults.sending();
    if (fault === 'kill-before') this.process.kill();
    else send();
    if (fault === 'kill-after') this.process.kill();
    if (fault === 'disconnect')
      this.time.after(this.faults.latency(), () => this.process.enter(() => this.cut()));
  }
}

/** One connection: both directions in order; what is under way when it closes is lost at the client, not at the bus. */
class Link {
  readonly #sessionId: number | undefined;
  #closed = false;
  #atBus = 0;
  #atClient = 0;

  constructor(
    private readonly bus: SimBus,
    private readonly time: VirtualTime,
    private readonly latency: () => number,
    private readonly client: { hears(effect: SessionEffect): void; lost(): void },
  ) {
    this.#sessionId = bus.connect({
      hears: (effect) => this.#toClient(() => this.client.hears(effect)),
      lost: () => this.#toClient(() => this.client.lost()),
    });
  }

  get open(): boolean {
    return this.#sessionId !== undefined && !this.#closed;
  }

  say(said: Said): void {
    if (this.#closed || this.#sessionId === undefined) return;
    const input = { ...said, sessionId: this.#sessionId } as Input;
    this.#toBus(() => this.bus.submit(input));
  }

  ask<T>(ask: () => Promise<T>, answer: (value: T) => void): void {
    this.#toBus(() => {
      ask().then(
        (value) => this.#toClient(() => answer(value)),
        () => {},
      );
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { bus } = this;
    const sessionId = this.#sessionId;
    // What was sent before still arrives, as from a process that was killed after its last write.
    if (sessionId !== undefined) this.#toBus(() => bus.disconnect(sessionId));
  }

  #toBus(act: () => void): void {
    this.#atBus = Math.max(this.#atBus, this.time.now() + this.latency());
    this.time.after(this.#atBus - this.time.now(), act);
  }

  #toClient(act: () => void): void {
    this.#atClient = Math.max(this.#atClient, this.time.now() + this.latency());
    this.time.after(this.#atClient - this.time.now(), () => {
      if (!this.#closed) act();
    });
  }
}
