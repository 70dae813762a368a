import type { JsonText } from './protocol/messages.js';

/**
 * An accepted event, as the log keeps it. Immutable.
 *
 * `position` counts events in the whole log from 1, without a gap; 0 stands for "before all". A cursor on the wire is
 * `String(position)`: opaque to clients. `value` counts events of the key from 0.
 */
export interface StoredEvent {
  readonly position: number;
  readonly type: string;
  readonly key: string;
  readonly value: number;
  /** raw JSON text, as received */
  readonly data: JsonText;
  /** 0…2^32-1 */
  readonly correlationId: number;
  /** UUID text */
  readonly correlation: string;
  /** event id of the event while handling which this one was sent */
  readonly causation?: string;
  /** Unix milliseconds; never decreases along the log */
  readonly time: number;
  /** client type of the sender, '' if it had not registered */
  readonly sender: string;
  readonly sessionId: number;
  readonly batchId?: string;
  /** its place among the events of its batch, from 0, if others of them were refused */
  readonly place?: number;
  /** client types that owed an acknowledgement for this event when it was accepted */
  readonly owedTo: readonly string[];
}

/** An event while it is put together: what it need not have is added afterwards, for objects spread into each other cost most of it. */
export type EventDraft = { -readonly [name in keyof StoredEvent]: StoredEvent[name] };
