import type { StoredEvent } from '../../common/events.js';
import type { HandlerError } from '../../common/protocol/messages.js';

/**
 * The event-store port: a durable log of records, and reads over it. A store holds no rule: the core decides what is
 * appended, a store only appends and reads. Every implementation passes `contract.ts`.
 *
 * Records and what they do to the readable state (one fold, `fold.ts`, used by every store):
 * - `batch`      its events exist; each is owed to its `owedTo`; `acknowledges` ends one debt in the same breath
 * - `ack`        ends the debts of a client type for the given positions
 * - `subscription` the client type exists from now on and wants these types (replaces the former record)
 * - `parked` / `unparked`  an operator has to decide / has decided; `skip` ends the debt, `retry` does not
 * - `started`    the bus has started for the n-th time on this log
 */
export type LogRecord =
  | BatchRecord
  | AckRecord
  | SubscriptionRecord
  | ParkedRecord
  | UnparkedRecord
  | StartedRecord;

export interface BatchRecord {
  readonly kind: 'batch';
  /** client type of the sender, '' if unregistered; batch ids are scoped by it */
  readonly sender: string;
  /** by which it is found; a batch that is for something only once is found by that (its events name the batch as it was sent) */
  readonly batchId?: string;
  /** in order; positions are consecutive and follow the last event of the log. May be empty if it only acknowledges. */
  readonly events: readonly StoredEvent[];
  readonly acknowledges?: { readonly clientType: string; readonly position: number };
}

export interface AckRecord {
  readonly kind: 'ack';
  readonly clientType: string;
  readonly positions: readonly number[];
}

export interface SubscriptionRecord {
  readonly kind: 'subscription';
  readonly clientType: string;
  readonly eventTypes: readonly string[];
  readonly time: number;
}

export interface ParkedRecord {
  readonly kind: 'parked';
  readonly clientType: string;
  readonly position: number;
  readonly key: string;
  readonly error: HandlerError;
  readonly attempts: number;
  /** the state of its service holds what its handler wrote (a projection is committed, its decision has failed) */
  readonly applied?: true;
  /** Unix ms of the first and the last failure */
  readonly firstFailure: number;
  readonly time: number;
}

export interface UnparkedRecord {
  readonly kind: 'unparked';
  readonly clientType: string;
  readonly position: number;
  readonly decision: 'retry' | 'skip';
  readonly reason?: string;
  /** as it was parked with */
  readonly applied?: true;
  readonly time: number;
}

export interface StartedRecord {
  readonly kind: 'started';
  /** 1, 2, 3, …: makes session ids unique over restarts */
  readonly incarnation: number;
  readonly time: number;
}

/** What is known of a consistency key. */
export interface KeyState {
  /** value of the newest event of the key */
  readonly head: number;
  /** per event type, the value of its newest event in this key */
  readonly lastOfType: Readonly<Record<string, number>>;
}

/** What the core needs to go on where the log ends. */
export interface Recovered {
  /** text that names this log, made when it was created */
  readonly logId: string;
  readonly lastPosition: number;
  /** Unix ms of the newest record, 0 for an empty log */
  readonly lastTime: number;
  /** number of `started` records so far */
  readonly incarnation: number;
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly parked: readonly ParkedRecord[];
}

export interface ReadFilter {
  /** absent = every type */
  readonly eventTypes?: readonly string[];
  readonly key?: string;
  readonly correlation?: string;
  readonly sessionId?: number;
  /** Unix ms, inclusive */
  readonly since?: number;
  /** Unix ms, inclusive */
  readonly until?: number;
  /** position, exclusive */
  readonly after?: number;
  /** position, inclusive */
  readonly upTo?: number;
  /** leave out what is still owed to this client type */
  readonly notOwedTo?: string;
  /** leave out what was skipped for this client type without being applied: live it had no effect, so it has none in a rebuild */
  readonly notSkippedBy?: string;
  /** at most this many events, 1… */
  readonly limit: number;
}

export interface Page {
  /** in log order */
  readonly events: readonly StoredEvent[];
  /** where the read ended: pass as `after` to go on; equal to the last position examined */
  readonly next: number;
  /** nothing that matched stood above `next` when the page was read */
  readonly end: boolean;
}

export class StoreError extends Error {
  constructor(
    /** `unavailable`: nothing was kept, try again later. `damaged`: the stored bytes are not what was written. */
    readonly code: 'unavailable' | 'damaged' | 'in_use',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}

export interface EventStore {
  /**
   * Opens the log, cutting a torn tail. Called once, before anything else.
   * @param progress called now and then while indexes are rebuilt, with a share from 0 to 1
   * @throws StoreError `damaged` naming file, offset and position if acknowledged history has changed; `in_use` if another
   * process has this log open; `unavailable` if it cannot be reached.
   */
  open(progress?: (share: number, what: string) => void): Promise<Recovered>;

  /**
   * Appends a group of records. Resolves when all of them are durable; every read called afterwards reflects them. May be
   * called again before the former call has resolved: calls become durable in call order.
   * All or nothing per call. If a call rejects (StoreError `unavailable`), nothing of it is kept, every later call that was
   * already made rejects too, and the next call made after that starts again behind the last durable record.
   */
  append(records: readonly LogRecord[]): Promise<void>;

  /** The state of a key in what is durable, or undefined if it has no event. Synchronous, a few microseconds. */
  keyState(key: string): KeyState | undefined;

  /** The durable events of a batch in order, or undefined if this batch id was never accepted. Synchronous. */
  batch(sender: string, batchId: string): readonly StoredEvent[] | undefined;

  /** Durable events that match, in log order. */
  read(filter: ReadFilter): Promise<Page>;

  /** What is owed to a client type, in log order, optionally of one key only. Same paging as `read`. */
  owed(clientType: string, range: { key?: string; after: number; limit: number }): Promise<Page>;

  /** How many events are owed to a client type, and the lowest owed position (undefined if none). */
  debt(clientType: string): Promise<{ count: number; lowest: number | undefined }>;

  /** Keys in code-point order after `after`, optionally with a prefix. */
  keys(range: {
    prefix?: string;
    after?: string;
    limit: number;
  }): Promise<readonly { key: string; state: KeyState }[]>;

  /** Number of events per type. */
  totals(): Promise<Readonly<Record<string, number>>>;

  /** Every `unparked` record with decision `skip`, newest first: the operators' recorded decisions. */
  skips(limit: number): Promise<readonly UnparkedRecord[]>;

  /** Releases files and threads after everything appended is durable. */
  close(): Promise<void>;
}
