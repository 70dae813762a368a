import type { ErrorCode } from '../../common/errors.js';
import type { StoredEvent } from '../../common/events.js';
import type { HandlerError, InstanceInfo, ReceiptStatus } from '../../common/protocol/messages.js';
import type { KeyState, LogRecord, ParkedRecord, Recovered } from '../store/event-store.js';

/**
 * What goes into the core and what comes out. The core is `apply(now, input) -> effects`: synchronous, deterministic, without
 * clock, chance or I/O. The server (or the simulation) performs the effects and feeds the outcomes back as inputs.
 */

/** What the sender says it knows of the key; see semantics.md, rule 3. */
export type Expect =
  | { readonly kind: 'implicit' }
  | { readonly kind: 'exact'; readonly value: number }
  | { readonly kind: 'seen'; readonly value: number };

export interface NewEvent {
  readonly type: string;
  readonly key: string;
  readonly expect: Expect;
  /** raw JSON text */
  readonly data: string;
  /** SHA-1 by the rule of PROTOCOL.md, P34, computed at the edge; '' if the sender matches receipts by their place */
  readonly checksum: string;
  readonly correlationId: number;
  readonly correlation: string;
  readonly causation?: string;
}

export type Input =
  /** a connection came in; the id is unique over restarts */
  | { readonly kind: 'connected'; readonly sessionId: number }
  | {
      readonly kind: 'register';
      readonly sessionId: number;
      readonly clientType: string;
      /** `['*']` = all */
      readonly eventTypes: readonly string[];
      readonly features: readonly string[];
      /** already bounded by the server; 0 = known as this client type, but wants no events now (a service that is rebuilding) */
      readonly maxInFlight: number;
      readonly instance?: InstanceInfo;
    }
  | {
      readonly kind: 'new';
      readonly sessionId: number;
      readonly events: readonly NewEvent[];
      readonly batchId?: string;
      /** of all batches of the client type with this text, one is accepted */
      readonly once?: string;
      readonly atomic: boolean;
      readonly acknowledges?: string;
    }
  | { readonly kind: 'ack'; readonly sessionId: number; readonly deliveries: readonly string[] }
  /** base form: by key and value within this session's outstanding deliveries */
  | { readonly kind: 'ack-event'; readonly sessionId: number; readonly key: string; readonly value: number }
  | {
      readonly kind: 'nack';
      readonly sessionId: number;
      readonly delivery: string;
      readonly error: HandlerError;
      readonly retry: boolean;
      /** no failure: given back until these keys have moved on */
      readonly contended?: readonly string[];
      /** what the handler wrote stands, although it has failed */
      readonly applied?: boolean;
    }
  | { readonly kind: 'drain'; readonly sessionId: number }
  /** what is out at any session of this one's client type is to be taken back */
  | { readonly kind: 'recall'; readonly sessionId: number }
  /** the connection is gone: disconnect, missed heartbeats, or the server closed it */
  | { readonly kind: 'closed'; readonly sessionId: number }
  /** time passes; the server sends one at least every 100 ms */
  | { readonly kind: 'tick' }
  /** every append effect up to and including this number is durable */
  | { readonly kind: 'appended'; readonly append: number }
  /** this append effect and every later one issued so far has failed; nothing of them was kept */
  | { readonly kind: 'append-failed'; readonly append: number; readonly reason: string }
  /** answer to a `read-owed` effect */
  | {
      readonly kind: 'owed';
      readonly read: number;
      readonly events: readonly StoredEvent[];
      readonly next: number;
      readonly end: boolean;
    }
  | { readonly kind: 'read-failed'; readonly read: number; readonly reason: string }
  | {
      readonly kind: 'unpark';
      /** echoed in the `operator-answer` effect */
      readonly request: number;
      readonly clientType: string;
      readonly position: number;
      readonly decision: 'retry' | 'skip';
      readonly reason?: string;
    };

export interface Delivery {
  readonly event: StoredEvent;
  /** fencing token: `<session id>.<n>` */
  readonly delivery: string;
  /** 1 for the first time */
  readonly attempt: number;
}

export interface Receipt {
  readonly checksum: string;
  readonly status: ReceiptStatus;
  readonly key: string;
  /** on success only */
  readonly value?: number;
  readonly position?: number;
  /** this event itself could not be accepted */
  readonly contested: boolean;
}

export type Effect =
  /** numbers grow by one per effect; the server may join neighbours into one store append */
  | { readonly kind: 'append'; readonly append: number; readonly records: readonly LogRecord[] }
  | { readonly kind: 'deliver'; readonly sessionId: number; readonly deliveries: readonly Delivery[] }
  | {
      readonly kind: 'receipt';
      readonly sessionId: number;
      readonly receipts: readonly Receipt[];
      readonly batchId?: string;
      readonly sender: string;
      /** Unix ms */
      readonly time: number;
    }
  | {
      readonly kind: 'registration';
      readonly sessionId: number;
      readonly clientType: string;
      readonly eventTypes: readonly string[];
      readonly features: readonly string[];
      /** positions */
      readonly acknowledged: number;
      readonly head: number;
    }
  | {
      readonly kind: 'progress';
      readonly sessionId: number;
      readonly acknowledged: number;
      readonly head: number;
    }
  | { readonly kind: 'drained'; readonly sessionId: number }
  | { readonly kind: 'recalled'; readonly sessionId: number }
  | {
      readonly kind: 'error';
      readonly sessionId: number;
      readonly code: ErrorCode;
      readonly message: string;
      readonly about: {
        readonly messageType?: string;
        readonly batchId?: string;
        readonly delivery?: string;
        /** batch id and first position of the batch that was accepted instead */
        readonly acceptedAs?: string;
        readonly position?: number;
      };
    }
  /** read what is owed to a client type (optionally of one key) above `after`; answer with `owed` */
  | {
      readonly kind: 'read-owed';
      readonly read: number;
      readonly clientType: string;
      readonly key?: string;
      readonly after: number;
      readonly limit: number;
    }
  /** durable events in log order, for observers and metrics */
  | { readonly kind: 'committed'; readonly events: readonly StoredEvent[] }
  | {
      readonly kind: 'operator-answer';
      readonly request: number;
      readonly error?: { readonly code: ErrorCode; readonly message: string };
    }
  /** worth a log line */
  | {
      readonly kind: 'notice';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** Synchronous reads over what is durable, given to the core by whoever owns the store. */
export interface DurableReads {
  keyState(key: string): KeyState | undefined;
  batch(sender: string, batchId: string): readonly StoredEvent[] | undefined;
}

export interface CoreOptions {
  /** debts of each client type at start, from the store */
  readonly debts: Readonly<Record<string, { readonly count: number; readonly lowest: number | undefined }>>;
  /** client types whose events count as acknowledged when sent */
  readonly autoAcknowledge: readonly string[];
  /** failures until an event is parked */
  readonly attemptsMax: number;
  /** delay before the 2nd attempt; doubles with each further one, up to retryDelayMaxMs */
  readonly retryDelayMs: number;
  readonly retryDelayMaxMs: number;
  /** a delivery at the head of its lane that is not acknowledged within this time is given to another instance */
  readonly ackDeadlineMs: number;
  /** events of one key that may be out at a session at once */
  readonly laneInFlightMax: number;
  /** owed events held in memory per client type; what is beyond stays in the store until there is room */
  readonly windowEventsMax: number;
  readonly windowBytesMax: number;
  /** owed events of one key held in memory; the rest is read when the lane gets there (a parked key must not fill the window) */
  readonly laneEventsMax: number;
  /** keys whose instance is remembered although nothing is owed for them, per client type */
  readonly stickyKeysMax: number;
  /** recent key states and batch answers kept in memory */
  readonly keyCacheMax: number;
  readonly batchCacheMax: number;
  /** refused attempts remembered for the observatory */
  readonly refusalsMax: number;
}

/** Another registration has changed what a client type wants. */
export interface SubscriptionChange {
  /** Unix ms */
  readonly time: number;
  readonly before: readonly string[];
  /** what it wanted and does not any more: accepted events of these types are not owed to it from then on */
  readonly dropped: readonly string[];
}

/** Views for the HTTP side; all derived from the core's state, nothing is changed by asking. */
export interface ServiceView {
  readonly clientType: string;
  readonly eventTypes: readonly string[];
  /** the newest one since the start of the bus */
  readonly changed: SubscriptionChange | undefined;
  readonly owed: number;
  /** Unix ms of the oldest owed event known, undefined if nothing is owed */
  readonly oldestOwed: number | undefined;
  readonly acknowledged: number;
  readonly parked: number;
  readonly redelivered: number;
  readonly instances: readonly {
    readonly sessionId: number;
    readonly info: InstanceInfo | undefined;
    readonly keys: number;
    readonly inFlight: number;
    readonly acknowledgedCount: number;
    readonly draining: boolean;
    /** Unix ms */
    readonly since: number;
  }[];
}

export interface Refusal {
  readonly time: number;
  readonly key: string;
  readonly type: string;
  readonly sender: string;
  readonly sessionId: number;
  readonly expect: Expect;
  /** head value of the key when it was refused, -1 for none */
  readonly head: number;
}

export interface CoreViews {
  services(): readonly ServiceView[];
  parked(): readonly ParkedRecord[];
  /** newest first */
  refusals(key: string): readonly Refusal[];
  holder(clientType: string, key: string): number | undefined;
  head(): number;
}

export type { KeyState, LogRecord, ParkedRecord, Recovered };
