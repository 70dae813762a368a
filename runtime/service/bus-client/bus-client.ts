import type { Clock } from '../../../common/clock.js';
import type { Logger } from '../../../common/log.js';
import { encodeClientMessage } from '../../../common/protocol/codec.js';
import { DEFAULT_LIMITS } from '../../../common/protocol/limits.js';
import {
  type BusMessage,
  type ErrorMessage,
  FEATURES,
  type InstanceInfo,
  type NackMessage,
  type RegistrationMessage,
  type WireEvent,
} from '../../../common/protocol/messages.js';
import type { Random } from '../../../common/random.js';
import type { BatchOutcome, BusEvents, BusPort, HandlerFailure, OutgoingBatch, QueryPage } from '../types.js';
import { BackOff } from './back-off.js';
import { Connection } from './connection.js';
import { Drains } from './drains.js';
import { boundedError } from './handler-error.js';
import { Publications } from './publications.js';
import { Queries } from './queries.js';
import { Recalls } from './recalls.js';
import { ReceivedEvent } from './received-event.js';
import { type BusClientSettings, DEFAULT_BUS_CLIENT_SETTINGS } from './settings.js';

export interface BusClientOptions {
  /** `ws://localhost:8081` */
  readonly url: string;
  /** what the bus knows this client type by, if it asks for that */
  readonly token?: string | undefined;
  /** true: it only reads the log, and is no instance of its client type: it gets no events, and nothing it publishes is accepted */
  readonly reader?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly settings?: Partial<BusClientSettings>;
  /** what the bus takes in one frame; a batch above it is refused here */
  readonly messageBytesMax?: number;
}

/** @throws Error when the address is none of a bus; nothing is connected before `start` */
export function createBusClient(options: BusClientOptions): BusPort {
  const protocol = URL.canParse(options.url) ? new URL(options.url).protocol : undefined;
  if (protocol !== 'ws:' && protocol !== 'wss:')
    throw new Error(`"${options.url}" is no address of a bus: use ws://host:port`);
  return new BusClient(options);
}

type Registration = Parameters<BusPort['start']>[0];

/**
 * The service's side of the bus protocol: keeps one registered connection, whatever happens to the sockets.
 *
 * Invariants
 * - `registered`, `events` and `progress` of the listener come only between a registration and the disconnection that ends it.
 * - Every registration gets a number, and the service's names of deliveries begin with it: so a delivery of an earlier
 *   registration, which the bus has taken back, is recognised and never acknowledged.
 */
class BusClient implements BusPort {
  readonly #options: BusClientOptions;
  readonly #settings: BusClientSettings;
  readonly #log: Logger;
  readonly #backOff: BackOff;
  readonly #publications: Publications;
  readonly #queries: Queries;
  readonly #drains: Drains;
  readonly #recalls = new Recalls();
  #registration: Registration | undefined;
  #listener: BusEvents | undefined;
  #connection: Connection | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;
  #delivering = false;
  /** of the present connection: registrations sent and not answered yet */
  #unansweredRegistrations = 0;
  #connected = false;
  #registrations = 0;
  /** of the bus it is registered at */
  #logId = '';

  constructor(options: BusClientOptions) {
    const settings = { ...DEFAULT_BUS_CLIENT_SETTINGS, ...options.settings };
    this.#options = options;
    this.#settings = settings;
    this.#log = options.log;
    this.#backOff = new BackOff(settings.reconnectMinMs, settings.reconnectMaxMs, options.random);
    this.#publications = new Publications(
      settings,
      options.random,
      options.messageBytesMax ?? DEFAULT_LIMITS.messageBytesMax,
    );
    this.#queries = new Queries(settings.queriesMax);
    this.#drains = new Drains(settings.drainMs);
  }

  start(registration: Registration, listener: BusEvents): void {
    this.#registration = registration;
    this.#listener = listener;
    this.#connect();
  }

  deliver(on: boolean): void {
    if (this.#delivering === on) return;
    this.#delivering = on;
    if (this.#connected || this.#unansweredRegistrations > 0) this.#register();
  }

  connected(): boolean {
    return this.#connected;
  }

  publish(batch: OutgoingBatch): Promise<BatchOutcome> {
    const { acknowledges } = batch;
    return this.#publications.publish(batch, acknowledges && deliveryOf(acknowledges).token);
  }

  acknowledge(delivery: string): void {
    const { registration, token } = deliveryOf(delivery);
    if (this.#connected && registration === this.#registrations) this.#connection?.acknowledge(token);
  }

  fail(delivery: string, failure: HandlerFailure, retry: boolean): void {
    this.#nack(delivery, failure, { retry });
  }

  giveBack(delivery: string, failure: HandlerFailure, keys: readonly string[]): void {
    this.#nack(delivery, failure, { retry: true, contended: [...keys] });
  }

  async query(query: Parameters<BusPort['query']>[0]): Promise<QueryPage> {
    const { eventTypes, after, key, until, limit, acknowledgedOnly, withoutSkipped } = query;
    const page = await this.#queries.ask({
      message_type: 'query',
      event_types: [...eventTypes],
      after,
      limit,
      acknowledged_only: acknowledgedOnly,
      ...(withoutSkipped !== undefined && { without_skipped: withoutSkipped }),
      ...(key !== undefined && { key }),
      ...(until !== undefined && { until }),
    });
    const events = page.events.map((event) => new ReceivedEvent(event, '', this.#logId));
    return { events, next: page.next, head: page.head };
  }

  async recall(): Promise<void> {
    if (!this.#connected) throw new Error('no connection to the bus');
    this.#send({ message_type: 'recall' });
    return this.#recalls.add();
  }

  drain(): Promise<void> {
    if (!this.#connected) return Promise.resolve();
    this.#send({ message_type: 'drain' });
    return this.#drains.add();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#reconnect);
    await this.#connection?.close();
    this.#publications.stop();
  }

  #connect(): void {
    const { url, clock } = this.#options;
    this.#connection = new Connection(
      url,
      { settings: this.#settings, log: this.#log, clock },
      {
        opened: () => this.#register(),
        message: (message) => this.#hear(message),
        ended: (reason, code) => this.#ended(reason, code),
      },
    );
  }

  #register(): void {
    const { clientType, eventTypes, instance, maxInFlight } = this.#registration!;
    const { token, reader } = this.#options;
    this.#unansweredRegistrations += 1;
    this.#send({
      message_type: 'register',
      client_type: clientType,
      event_types: [...eventTypes],
      features: [...FEATURES],
      instance: instance satisfies InstanceInfo,
      max_in_flight: this.#delivering ? maxInFlight : 0,
      ...(token !== undefined && { token }),
      ...(reader && { reader }),
    });
  }

  #hear(message: BusMessage): void {
    switch (message.message_type) {
      case 'registration':
        this.#registered(message);
        break;
      case 'event':
        this.#deliver([message]);
        break;
      case 'events':
        this.#deliver(message.events);
        break;
      case 'receipt':
        this.#publications.receipt(message);
        break;
      case 'rebuild':
        if ('events' in message) this.#queries.answer(message);
        break;
      case 'progress':
        if (this.#connected)
          this.#listener?.progress({ acknowledged: message.acknowledged, head: message.head });
        break;
      case 'drained':
        this.#drains.end();
        break;
      case 'recalled':
        this.#recalls.answered();
        break;
      case 'error':
        this.#refused(message);
    }
  }

  #registered({ session_id, acknowledged: told, head, log_id }: RegistrationMessage): void {
    const acknowledged = this.#options.reader ? NOTHING : told;
    if (session_id === undefined || acknowledged === undefined || head === undefined) {
      this.#connection?.cut('the bus knows only the base protocol');
      return;
    }
    this.#logId = log_id ?? '';
    this.#unansweredRegistrations -= 1;
    this.#registrations += 1;
    if (!this.#connected) this.#resume();
    this.#listener?.registered({ sessionId: session_id, acknowledged, head, logId: log_id });
  }

  #resume(): void {
    this.#connected = true;
    this.#backOff.reset();
    this.#publications.resume((frame) => this.#connection?.send(frame));
    this.#queries.resume((message) => this.#send(message));
  }

  /** Until the newest registration is answered, what comes belongs to an earlier one: it has been taken back. */
  #deliver(events: readonly WireEvent[]): void {
    if (!this.#connected || this.#unansweredRegistrations > 0) return;
    this.#listener?.events(
      events.map(
        (event) => new ReceivedEvent(event, `${this.#registrations}/${event.delivery ?? ''}`, this.#logId),
      ),
    );
  }

  #refused(error: ErrorMessage): void {
    if (this.#publications.error(error) || this.#queries.error(error)) return;
    const { code, message, about } = error;
    if (about?.message_type === 'register') {
      this.#log.error({ code }, 'the bus refuses the registration: %s', message);
      this.#connection?.cut(`the registration was refused: ${message}`);
    } else if (about?.message_type === 'recall') this.#recalls.fail(message);
    // An acknowledgement crossed with the bus taking the event back.
    else if (code === 'fenced') this.#log.debug({ about }, message);
    else this.#log.warn({ code, about }, 'the bus refuses a message: %s', message);
  }

  #ended(reason: string, code: number): void {
    const wasConnected = this.#connected;
    this.#connected = false;
    this.#connection = undefined;
    this.#unansweredRegistrations = 0;
    this.#publications.pause(code === TOO_LARGE);
    this.#queries.pause(reason);
    this.#recalls.fail(reason);
    this.#drains.end();
    if (this.#stopped === undefined) this.#connectLater(reason);
    if (wasConnected) this.#listener?.disconnected(reason);
  }

  #connectLater(reason: string): void {
    const delayMs = this.#backOff.next();
    this.#log.debug({ reason, delayMs }, 'no connection to the bus');
    this.#reconnect = setTimeout(() => this.#connect(), delayMs);
  }

  #nack(delivery: string, failure: HandlerFailure, how: Pick<NackMessage, 'retry' | 'contended'>): void {
    const { registration, token } = deliveryOf(delivery);
    if (!this.#connected || registration !== this.#registrations) return;
    const { applied } = failure;
    const error = boundedError(failure);
    this.#send({ message_type: 'nack', delivery: token, error, ...how, ...(applied && { applied }) });
  }

  #send(message: Parameters<typeof encodeClientMessage>[0]): void {
    this.#connection?.send(encodeClientMessage(message));
  }
}

/** Cursor before all events. */
const NOTHING = '0';

/** Close code of a bus that got a frame above its limit. */
const TOO_LARGE = 1009;

function deliveryOf(delivery: string): { registration: number; token: string } {
  const end = delivery.indexOf('/');
  return { registration: Number(delivery.slice(0, end)), token: delivery.slice(end + 1) };
}
