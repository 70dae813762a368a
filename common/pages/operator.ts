/**
 * The observatory's data: what `/api/operator/*` passes through from the HTTP side of the bus, in its own shapes (PROTOCOL.md).
 * For operators only. Cursors of the bus are texts; on `/api/live` they are numbers.
 */
import type { Json } from '../protocol/messages.js';

/** An event of the log with everything that is known of it. */
export interface BusEvent {
  readonly event_type: string;
  readonly consistency: { readonly key: string; readonly value: number };
  readonly correlation_id: number;
  /** null if `masked` */
  readonly data: Json;
  readonly sender: string;
  readonly session_id: number;
  /** RFC 2822 */
  readonly timestamp: string;
  /** Unix time, whole seconds */
  readonly timestamp_raw: number;
  readonly event_id: string;
  /** cursor: decimal text */
  readonly position: string;
  readonly correlation: string;
  readonly causation?: string;
  /** RFC 3339 with milliseconds */
  readonly time: string;
  readonly batch_id?: string;
  /** what it says is not shown to anybody */
  readonly masked?: true;
}

/**
 * `GET /api/operator/events?event_types=&since=&until=&after=&before=&order=&key=&correlation=&session_id=&limit=`, `…/correlations/{id}`.
 * With `order=newest` the newest come first, and `next` is `before` of the next request; otherwise it is `after`.
 */
export interface EventPage {
  readonly events: readonly BusEvent[];
  readonly next?: string;
}

/** `GET /api/operator/keys?prefix=&after=&limit=` */
export interface KeyList {
  readonly keys: readonly {
    readonly key: string;
    readonly head: number;
    readonly last_of_type: Readonly<Record<string, number>>;
  }[];
  readonly next?: string;
}

/** `GET /api/operator/keys/{key}?after=&limit=` */
export interface KeyHistory extends EventPage {
  readonly key: string;
  readonly head: number;
  readonly last_of_type: Readonly<Record<string, number>>;
  readonly holders: readonly { readonly client_type: string; readonly session_id: number }[];
  readonly refused: readonly RefusedAttempt[];
}

export interface RefusedAttempt {
  /** the key's newest value when it was refused */
  readonly after_value: number;
  readonly time: string;
  readonly event_type: string;
  readonly expect: Json;
  readonly sender: string;
  readonly session_id: number;
}

/** `GET /api/operator/totals` */
export interface Totals {
  /** cursor of the newest event */
  readonly head: string;
  /** events judged since the bus started; refused: what was decided on stale knowledge */
  readonly judged: { readonly accepted: number; readonly refused: number };
  readonly totals: readonly { readonly event_type: string; readonly count: number }[];
  readonly next?: string;
}

/**
 * The bus counts its log behind the answers: `counted` is how far it has got, `head` where the log ends. Whoever asks again is
 * answered sooner or later with both equal; what happens after `counted` comes by push (topic `events`).
 */
export interface Counted {
  /** cursor */
  readonly counted: string;
  /** cursor */
  readonly head: string;
}

/**
 * `GET /api/operator/totals/hours?after=&limit=`: how many events of which type, by whom, in which hour; oldest first. A page holds
 * whole hours, at most `limit` of them. All pages together count every event up to `counted` of the last one.
 */
export interface HourTotals extends Counted {
  readonly hours: readonly {
    /** its beginning, RFC 3339: `2026-11-21T12:00:00Z` */
    readonly hour: string;
    readonly counts: readonly {
      readonly event_type: string;
      readonly sender: string;
      readonly count: number;
    }[];
  }[];
  readonly next?: string;
}

/** `GET /api/operator/totals/traces`: the correlations that took longest from their first event to their last, the longest first. */
export interface SlowestTraces extends Counted {
  readonly traces: readonly {
    readonly correlation: string;
    readonly ms: number;
    readonly events: number;
  }[];
}

/**
 * `GET /api/operator/totals/money`: in minor units; counted by the gateway, since the bus does not read what events say. `debited` and
 * `credited` are of transfers: equal, or money was made or lost.
 */
export interface MoneyTotals extends Counted {
  readonly paid_in: number;
  readonly paid_out: number;
  /** credits that neither a transfer nor the accounts service made: refunds of loyalty */
  readonly refunded: number;
  readonly debited: number;
  readonly credited: number;
}

/** `GET /api/operator/services` */
export interface ServiceList {
  readonly services: readonly ServiceStatus[];
  readonly next?: string;
}

export interface ServiceStatus {
  readonly client_type: string;
  readonly event_types: readonly string[];
  readonly owed: number;
  readonly oldest_age_ms: number | null;
  /** cursor */
  readonly acknowledged: string;
  readonly parked: number;
  readonly redelivered: number;
  readonly in_flight: number;
  readonly acknowledged_per_second: number;
  /** another registration has changed what this client type wants, since the bus started; `dropped`: is not owed to it any more */
  readonly subscription_changed?: {
    /** RFC 3339 */
    readonly time: string;
    readonly before: readonly string[];
    readonly dropped: readonly string[];
  };
  readonly instances: readonly InstanceStatus[];
}

export interface InstanceStatus {
  readonly id?: string;
  /** `host:port` of its HTTP routes */
  readonly http_address?: string;
  readonly script?: string;
  readonly version?: string;
  readonly routes?: readonly { readonly method: string; readonly pattern: string }[];
  readonly session_id: number;
  readonly keys: number;
  readonly in_flight: number;
  readonly acknowledged_count: number;
  readonly acknowledged_per_second: number;
  readonly draining: boolean;
  /** RFC 3339 */
  readonly since: string;
}

/** Data of the topic `services`: everything as it is now, about once a second. */
export interface ServicesNow extends ServiceList {
  /** RFC 3339: when the gateway asked */
  readonly time: string;
  /** false: the bus does not answer, and `services` is what it said last */
  readonly bus: boolean;
  readonly health: readonly InstanceHealth[];
}

/** An instance as the gateway sees it. */
export interface InstanceHealth {
  readonly client_type: string;
  /** `http://host:port` */
  readonly url: string;
  /** gets requests */
  readonly healthy: boolean;
  /** why not: what its health check answered, or that nothing answers */
  readonly reason?: string;
}

/** `GET /api/operator/parked?after=&limit=`, and data of the topic `parked` (the first page) */
export interface ParkedList {
  readonly parked: readonly ParkedEvent[];
  /** on all pages together */
  readonly total: number;
  readonly next?: string;
}

export interface ParkedEvent {
  /** `<client type>:<position>` */
  readonly id: string;
  readonly client_type: string;
  readonly error: {
    readonly message: string;
    readonly traceback?: string;
    readonly script?: string;
    readonly version?: string;
  };
  readonly attempts: number;
  readonly first_failure: string;
  readonly parked_at: string;
  readonly event: BusEvent | null;
}

/** `POST /api/operator/parked/{id}/skip`; `…/retry` has no body. */
export interface SkipOrder {
  readonly reason: string;
}

/** Answer of both. */
export interface ParkedDecided {
  readonly id: string;
  readonly decision: 'retry' | 'skip';
  readonly reason?: string;
}

/** `GET /api/operator/skips` */
export interface SkipList {
  readonly skips: readonly { readonly id: string; readonly reason: string; readonly time: string }[];
}

/** Answer of `POST /api/operator/instances/{session}/drain` */
export interface Drained {
  readonly session_id: number;
  readonly draining: true;
}

/** Answer of `POST /api/operator/instances/{session}/kill` (demonstration mode only) */
export interface Killed {
  /** of the process: `accounts-2` */
  readonly name: string;
  readonly killed: true;
}

/** `GET /api/operator/time?service=&at=&path=`: what a GET route of a service answers from its state as it was; `at` is a cursor or RFC 3339. */
export interface TimeTravel {
  /** cursor: the state holds every event up to it */
  readonly position: string;
  /** of the route's answer */
  readonly status: number;
  readonly body: Json;
  /** keys that stand still in that state, because the handler of one of their events fails; absent = none */
  readonly held_keys?: number;
}

/** `POST /api/operator/populate` (demonstration mode only): as `npm run populate` would. 202 with `Populating`. */
export interface PopulateOrder {
  readonly seed: number;
  readonly users: number;
  readonly transfers: number;
  /** transfers per second; as fast as it goes if absent */
  readonly rate?: number;
}

/** `GET /api/operator/populate`, and data of the topic `populate`: how far the last order is */
export interface Populating {
  readonly state: 'idle' | 'running' | 'done' | 'failed';
  /** commands sent so far, and in all */
  readonly done: number;
  readonly total: number;
  /** commands a second, over the time since it began; 0 before */
  readonly rate: number;
  readonly error?: string;
}
