import type { HandlerError, InstanceInfo, Json } from '../../common/protocol/messages.js';
import type { MaybePromise } from '../state/state-store.js';

/**
 * The joints of a running service. A *model* is what a script declared, already free of Lua: handlers are functions over a
 * `HandlerContext`. The *engine* (lanes, handler transaction, rebuild, outbox) runs a model over a `StateStore` and a `BusPort`;
 * tests and the simulation run it with handlers written in TypeScript.
 */

/** An event as a handler gets it. `data` is parsed; treat it as frozen. */
export interface EventView {
  readonly type: string;
  readonly key: string;
  readonly value: number;
  readonly data: Json;
  /** UUID text */
  readonly correlation: string;
  readonly causation: string | undefined;
  readonly eventId: string;
  /** position cursor */
  readonly position: string;
  /** Unix ms */
  readonly time: number;
  readonly sender: string;
  readonly batchId: string | undefined;
}

/** What the sender knows of the key; `seen` = as far as this handler's state knows; `new` = first event of its key. */
export type SendExpect = 'seen' | 'any' | 'new' | number;

export interface SendRequest {
  readonly type: string;
  readonly key: string;
  readonly data: Json;
  readonly expect: SendExpect;
  /** UUID text; absent = inherit from the event being handled, in a route the route's */
  readonly correlation?: string | undefined;
}

/** News for whoever watches a topic: `updates:publish`. */
export interface Update {
  readonly topic: string;
  /** grows within the topic: by it a subscriber knows what it has, and says where to resume */
  readonly cursor: number;
  readonly data: Json;
}

/**
 * One run of one handler: buffered writes and sends, remembered reads. Made anew for every run (and re-run). Methods throw
 * HostError (runtime/lua/vm.ts) for misuse, with a message for the script's author.
 */
export interface HandlerContext {
  /** decides what is allowed: a projection or rebuild may not send, a decision may not write */
  readonly mode:
    | 'listener'
    | 'projection'
    | 'decision'
    | 'rebuild'
    | 'receipt'
    | 'route'
    | 'resume'
    | 'past'
    | 'start';
  /** The handler's own instant, Unix ms: the event's time for events, the first run's for routes; the same in a re-run. */
  readonly now: number;
  readonly correlation: string;
  get(key: string): MaybePromise<Json | undefined>;
  set(key: string, value: Json, ttlMs?: number): void;
  del(key: string): void;
  increment(key: string, by: number): MaybePromise<number>;
  /** a buffered write: the number under the key becomes at least `value` (so that a rebuilt sequence goes on where it stood) */
  raise(key: string, value: number): void;
  keys(pattern: string): MaybePromise<readonly string[]>;
  push(key: string, value: Json): void;
  range(key: string, first: number, last: number): MaybePromise<readonly Json[]>;
  length(key: string): MaybePromise<number>;
  send(request: SendRequest): void;
  /** buffered like sends; in a rebuild it goes nowhere. @param cursor absent = the value of the event being handled */
  publish(topic: string, data: Json, cursor?: number): void;
}

export type EventHandler = (context: HandlerContext, event: EventView) => Promise<void>;

/** classic `add_receipt_listener`: called after the bus has judged a mixed handler's batch, once per event of it */
export type ReceiptHandler = (
  context: HandlerContext,
  receipt: { status: 'success' | 'inconsistent'; type: string; key: string; correlation: string; data: Json },
) => Promise<void>;

/** What a script wants done with one event type. Classic and modern fields are not mixed for one type. */
export interface TypeHandlers {
  /** classic, live only; may write and send */
  listener?: EventHandler;
  /** classic, rebuild only (and live if this store lacks the effect of the handler that sent the event) */
  rebuild?: EventHandler;
  receipt?: ReceiptHandler;
  /** live and rebuild; may not send */
  projection?: EventHandler;
  /** live only; may not write */
  decision?: EventHandler;
}

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  /** path plus query, as it was asked for */
  readonly url: string;
  /** pattern variables, decoded */
  readonly args: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** who calls, as the gateway says; undefined if it says nothing */
  readonly caller: string | undefined;
}

export interface RouteAnswer {
  readonly status: number;
  /** undefined = no body */
  readonly body: Json | undefined;
}

export type RouteHandler = (context: HandlerContext, request: RouteRequest) => Promise<RouteAnswer>;

export interface RouteDeclaration {
  readonly method: string;
  /** `/account/{id}` */
  readonly pattern: string;
  readonly handler: RouteHandler;
}

/** Says from the state what a topic's updates after a cursor were. Reads only. */
export type ResumeHandler = (
  context: HandlerContext,
  args: Readonly<Record<string, string>>,
  after: number,
) => Promise<readonly Omit<Update, 'topic'>[]>;

export interface ResumeDeclaration {
  /** `account:{id}` */
  readonly pattern: string;
  /** the pattern's variables, if this topic is one of the pattern's */
  readonly match: (topic: string) => Readonly<Record<string, string>> | undefined;
  /** gives a page of updates above `after`, cursors growing; none = there are no more */
  readonly handler: ResumeHandler;
}

export interface ServiceModel {
  readonly clientType: string;
  /** file name and version (hash) of the script, for parked events and the bus's list of services */
  readonly script: string;
  readonly version: string;
  readonly types: ReadonlyMap<string, TypeHandlers>;
  readonly routes: readonly RouteDeclaration[];
  /** absent = no topic can be resumed */
  readonly resumes?: readonly ResumeDeclaration[];
}

// --- the bus as the engine sees it -------------------------------------------------------------------------------------

export interface DeliveredEvent extends EventView {
  /** fencing token */
  readonly delivery: string;
  readonly attempt: number;
}

export interface OutgoingEvent {
  readonly type: string;
  readonly key: string;
  readonly expect:
    | { readonly kind: 'implicit' }
    | { readonly kind: 'exact' | 'seen'; readonly value: number };
  /** JSON text */
  readonly data: string;
  readonly correlation: string;
  readonly causation?: string;
}

export interface OutgoingBatch {
  /** made by the engine, ordered by time (UUIDv7) */
  readonly batchId: string;
  readonly events: readonly OutgoingEvent[];
  readonly acknowledges?: string;
  /** of all batches of this client type with this text, the bus accepts one */
  readonly once?: string;
}

export type BatchOutcome =
  | {
      readonly kind: 'accepted';
      readonly receipts: readonly { key: string; value: number; position: string }[];
    }
  /** keys of the events that could not be accepted */
  | { readonly kind: 'inconsistent'; readonly contested: readonly string[] }
  /** the acknowledged delivery is no longer ours; nothing was stored */
  | { readonly kind: 'fenced' }
  /** the bus refuses this batch for good (too large, not allowed …); nothing was stored */
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      /** batch id of the one that was accepted instead, if the code is `repeated` */
      readonly acceptedAs?: string;
    }
  /** stopped or gave up before an answer came: unknown */
  | { readonly kind: 'unknown' };

export interface QueryPage {
  readonly events: readonly EventView[];
  /** cursor to go on from; undefined on the last page */
  readonly next: string | undefined;
  /** cursor of the newest event when the page was read, of whatever type; undefined if the bus does not say it */
  readonly head?: string | undefined;
}

export interface BusEvents {
  /** (re)connected and registered; deliveries of earlier registrations are void */
  registered(registration: {
    sessionId: number;
    acknowledged: string;
    head: string;
    /** names the bus's log; absent if the bus does not say it */
    logId?: string | undefined;
  }): void;
  /** in the order the bus sent them */
  events(events: readonly DeliveredEvent[]): void;
  progress(progress: { acknowledged: string; head: string }): void;
  disconnected(reason: string): void;
}

export interface HandlerFailure extends HandlerError {
  /** what the handler wrote stands in the state: its projection is committed, its decision has failed */
  readonly applied?: boolean;
}

export interface BusPort {
  /**
   * Connects, registers and keeps doing so (back-off with jitter) until `stop`. Delivery may be held back: with
   * `deliver(false)` the port registers with `max_in_flight: 0`: it is known to the bus and may query and publish, but gets no events.
   */
  start(
    registration: {
      clientType: string;
      eventTypes: readonly string[];
      instance: InstanceInfo;
      maxInFlight: number;
    },
    listener: BusEvents,
  ): void;
  /** false (the state before the first call): get no events, what is out goes to others. true: events are welcome. Registers again if connected. */
  deliver(on: boolean): void;
  connected(): boolean;
  /** Sends a batch; over reconnects the same batch is sent again under its id until it is answered. `fenced` after a reconnect if it acknowledges. */
  publish(batch: OutgoingBatch): Promise<BatchOutcome>;
  acknowledge(delivery: string): void;
  fail(delivery: string, failure: HandlerFailure, retry: boolean): void;
  /** No failure, and never counted as one: the handler waits for others to go on with these keys. The event comes again later. */
  giveBack(delivery: string, failure: HandlerFailure, keys: readonly string[]): void;
  /** @throws Error when the connection is lost meanwhile */
  query(query: {
    eventTypes: readonly string[];
    after: string;
    key?: string;
    until?: string;
    limit: number;
    /** what is still owed is left out, and what an operator has skipped */
    acknowledgedOnly: boolean;
    /** only what an operator has skipped is left out */
    withoutSkipped?: boolean;
  }): Promise<QueryPage>;
  /**
   * Has the bus take back what is out at any session of this client type, also of a process that is gone: what they say of it from
   * then on is refused, and it comes again. Then the bus knows of everything that was acknowledged before.
   * @throws Error when the connection is lost meanwhile
   */
  recall(): Promise<void>;
  /** resolves when the bus has nothing out at this session any more, or the connection is gone */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

// --- the engine as HTTP and the command line see it ----------------------------------------------------------------------

export type EngineState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'rebuilding';
      readonly done: number;
      readonly total: number | undefined;
      readonly here: boolean;
    }
  | { readonly kind: 'live' }
  | { readonly kind: 'stopping' };

export interface RouteCall {
  readonly handler: RouteHandler;
  readonly request: RouteRequest;
  /** from the header Idempotency-Key */
  readonly idempotencyKey?: string;
  /** UUID text, from the caller, or made by the host */
  readonly correlation: string;
  /** wait (bounded) until events it sent, to which this service subscribes, are applied here */
  readonly waitApplied: boolean;
  /** Absent = a route. `resume`: reads only, and everything it has read was so at one and the same instant. */
  readonly mode?: 'resume';
}

export type RouteOutcome =
  | { readonly kind: 'answer'; readonly answer: RouteAnswer; readonly replayed: boolean }
  | {
      readonly kind: 'error';
      readonly code:
        | 'handler_failed'
        | 'conflict'
        | 'rebuilding'
        | 'bus_unavailable'
        | 'state_unavailable'
        | 'key_reused'
        | 'repeated'
        | 'shutting_down';
      readonly errorId?: string;
      readonly message: string;
    };

/** Where updates go that handlers have published. */
export interface UpdateSink {
  /** called once per handler, after its commit and before its event is acknowledged */
  publish(updates: readonly Update[]): void;
  /** The state is prepared again: what enters it meanwhile is not published, so whoever watches has to resume. */
  interrupted(): void;
}

export interface Engine {
  start(): Promise<void>;
  state(): EngineState;
  /** counters for /metrics and health */
  counters(): Readonly<Record<string, number>>;
  route(call: RouteCall): Promise<RouteOutcome>;
  /** drain, finish what runs, hand over, close bus and store */
  stop(): Promise<void>;
}
