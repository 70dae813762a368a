/**
 * The wire messages of the bus as two discriminated unions: what a client may say (`ClientMessage`) and what the bus may
 * say (`BusMessage`). Field names are the wire's own. The schemas in `schemas.ts` describe the same shapes; a test holds
 * the two together. Additions to the first generation's protocol are marked `+`.
 */

/** Any JSON value after parsing. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** JSON text exactly as it was received; `data` is carried as this and never re-serialised. */
export type JsonText = string;

/** + What a client may announce in `register.features`. */
export const FEATURES = ['batch', 'ack', 'nack', 'atomic', 'paging', 'errors', 'progress', 'brief'] as const;
export type Feature = (typeof FEATURES)[number];

/** + A running process of a client type, as it describes itself. */
export interface InstanceInfo {
  id: string;
  http_address?: string;
  script?: string;
  version?: string;
  routes?: { method: string; pattern: string }[];
}

export interface RegisterMessage {
  message_type: 'register';
  client_type: string;
  /** `["*"]` = all. */
  event_types: string[];
  features?: string[];
  instance?: InstanceInfo;
  max_in_flight?: number;
  token?: string;
  /** + reads the log with the rights of the client type and is no instance of it */
  reader?: boolean;
}

export interface NewEventMessage {
  event_type: string;
  consistency: {
    key: string;
    /** number, decimal text, `"*"` or absent (= implicit) */
    value?: number | string | null;
    /** + accepted only if no event of this key, of a type the sender's client type subscribes to, stands above it */
    seen?: number;
  };
  correlation_id?: number;
  /** Raw JSON text, cut out of the received frame by the codec. */
  data: JsonText;
  correlation?: string;
  causation?: string;
}

export interface NewMessage {
  message_type: 'new';
  events: NewEventMessage[];
  batch_id?: string;
  /** + of all batches of the client type with the same text here, one is accepted, whatever their batch ids */
  once?: string;
  atomic?: boolean;
  /** + the delivery that this batch completes */
  acknowledges?: string;
}

export interface AckMessage {
  message_type: 'ack';
  /** base form: the received event echoed */
  consistency?: { key: string; value: number | string };
  /** + short forms */
  delivery?: string;
  deliveries?: string[];
}

export interface HandlerError {
  message: string;
  traceback?: string;
  script?: string;
  version?: string;
}

export interface NackMessage {
  message_type: 'nack';
  delivery: string;
  error: HandlerError;
  retry: boolean;
  /**
   * + no failure: the handler cannot go on before others have, and gives the event back; `retry` does not matter then. The keys
   * that it has to know more of, as far as it can tell
   */
  contended?: string[];
  /** + what the handler wrote for this event stands, although it has failed: if the event is skipped, a rebuild brings it in all the same */
  applied?: boolean;
}

export interface QueryMessage {
  message_type: 'query';
  event_types: string[];
  /** `"*"` or RFC 3339 */
  since?: string;
  after?: string;
  until?: string;
  key?: string;
  correlation?: string;
  session_id?: number;
  limit?: number;
  acknowledged_only?: boolean;
  /** + leave out what an operator has skipped for this client type; part of `acknowledged_only` */
  without_skipped?: boolean;
  query_id?: string;
}

export interface ObserveMessage {
  message_type: 'observe';
  event_types: string[];
  keys?: string[];
  after?: string;
}

export interface DrainMessage {
  message_type: 'drain';
}

/** + what is out at any session of this client type is taken back */
export interface RecallMessage {
  message_type: 'recall';
}

export type ClientMessage =
  | RegisterMessage
  | NewMessage
  | AckMessage
  | NackMessage
  | QueryMessage
  | ObserveMessage
  | DrainMessage
  | RecallMessage;

export interface RegistrationMessage {
  message_type: 'registration';
  client_type: string;
  event_types: string[];
  session_id?: number;
  features?: string[];
  /** + cursor: everything up to it is acknowledged by this client type */
  acknowledged?: string;
  /** + cursor of the newest event */
  head?: string;
  /** + names the log: an event's `event_id` is `<log_id>-<position>` */
  log_id?: string;
}

/**
 * An event as it travels to a client, live (`event`), in a rebuild (`rebuild`) or observed. Marked `-`: left out for clients with
 * the feature `brief`, for it follows from the others.
 */
export interface WireEvent {
  /** - in an array of events */
  message_type?: 'event' | 'rebuild';
  event_type: string;
  consistency: { key: string; value: number };
  /** - */
  correlation_id?: number;
  data: JsonText;
  sender: string;
  session_id: number;
  /** - RFC 2822 text */
  timestamp?: string;
  /** - Unix time, whole seconds */
  timestamp_raw?: number;
  /** - */
  event_id?: string;
  /** cursor */
  position?: string;
  correlation?: string;
  causation?: string;
  /** RFC 3339 with milliseconds */
  time?: string;
  /** fencing token; only on a live delivery */
  delivery?: string;
  /** - if it is 1 */
  attempt?: number;
  batch_id?: string;
}

/** One live event as a frame of its own. */
export interface EventMessage extends WireEvent {
  message_type: 'event';
}

/** + several live events in one frame, for clients with the feature `batch` */
export interface EventsMessage {
  message_type: 'events';
  events: WireEvent[];
}

export type ReceiptStatus = 'success' | 'inconsistent';

export interface WireReceipt {
  /** absent for clients with the feature `brief`: they match receipts by their place */
  checksum?: string;
  status: ReceiptStatus;
  key?: string;
  /** only on success: the right value is never handed out to a sender that is behind */
  value?: number;
  position?: string;
  /** + in a refused atomic batch: this event is one that could not be accepted (the others fell with it) */
  contested?: boolean;
}

export interface ReceiptMessage {
  message_type: 'receipt';
  receipts: WireReceipt[];
  sender: string;
  timestamp: string;
  batch_id?: string;
}

export interface RebuildMessage {
  message_type: 'rebuild';
  events: WireEvent[];
  query_id?: string;
  /** cursor to go on from; absent on the last page */
  next?: string;
  /** of a page: cursor of the newest event of the log, whatever the client may receive of it */
  head?: string;
}

export interface ErrorMessage {
  message_type: 'error';
  code: string;
  message: string;
  about?: {
    batch_id?: string;
    query_id?: string;
    message_type?: string;
    delivery?: string;
    /** of the batch that was accepted instead, with the cursor of its first event (`repeated`) */
    accepted_as?: string;
    position?: string;
  };
}

export interface ObservedMessage {
  message_type: 'observed';
  events: WireEvent[];
  next: string;
}

export interface DrainedMessage {
  message_type: 'drained';
}

/** + answers `recall` */
export interface RecalledMessage {
  message_type: 'recalled';
}

/** + for clients with the feature `progress`, at most once a second: the client type's acknowledged cursor has moved */
export interface ProgressMessage {
  message_type: 'progress';
  acknowledged: string;
  head: string;
}

export type BusMessage =
  | RegistrationMessage
  | EventMessage
  | EventsMessage
  | ReceiptMessage
  | RebuildMessage
  | ErrorMessage
  | ObservedMessage
  | DrainedMessage
  | RecalledMessage
  | ProgressMessage;
