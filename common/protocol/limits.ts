/**
 * The limits of the protocol: the one place where they are named and numbered. A frame that exceeds one is answered with
 * `too_large` and changes nothing. PROTOCOL.md has the same rows; a test holds the two together.
 */
export interface Limits {
  /** One frame. Above it a single client can hold the bus's one thread for noticeable time, and sockets buffer as much. */
  readonly messageBytesMax: number;
  /** Events in one `new`: they are one append, and above it one client delays everybody's flush. */
  readonly eventsPerBatchMax: number;
  /** Arrays and objects within each other in `data`; `{}` has 1. Above some thousands, readers that recurse break. */
  readonly dataDepthMax: number;
  /** Consistency keys are keys of the stores' indexes; the embedded one holds at most 1978 bytes, its own parts included. */
  readonly keyBytesMax: number;
  /** Event types stand in indexes and, per key, in the state of the key. */
  readonly typeBytesMax: number;
  /** Client types stand in every event that is owed to them. */
  readonly clientTypeBytesMax: number;
  /** Event types in one `register`, `query` or `observe`: the subscription is one record of the log. */
  readonly eventTypesMax: number;
  /** Batch ids are kept for ever, in an index. */
  readonly batchIdBytesMax: number;
  /** Query ids are only echoed; above it an answer could outgrow a frame because of its label. */
  readonly queryIdBytesMax: number;
  /** The event id in `causation`, kept with each event. */
  readonly causationBytesMax: number;
  /** A fencing token as the bus makes it is shorter. */
  readonly deliveryBytesMax: number;
  /** Deliveries in one `ack`: they are one record of the log. */
  readonly deliveriesPerAckMax: number;
  /** Features in one `register`, known or not. */
  readonly featuresMax: number;
  readonly featureBytesMax: number;
  /** Keys in one `observe`; each is looked up for every event. */
  readonly observedKeysMax: number;
  /** Each text of `nack.error`; it is kept in the log when the event is parked, and shown to people. */
  readonly errorTextBytesMax: number;
  /** Each text of `register.instance`; kept in memory per session. */
  readonly instanceTextBytesMax: number;
  /** Routes in `register.instance`; kept in memory per session. */
  readonly routesMax: number;
  /** A signed token with many claims fits. */
  readonly tokenBytesMax: number;
  /** Connections. Each costs memory for buffers and counters, about 50 KiB. */
  readonly sessionsMax: number;
  /** Unacknowledged events out at one session. Above it a paused client holds back much work until it is noticed. */
  readonly maxInFlightMax: number;
  /** For a session that does not name its own, base clients among them. */
  readonly maxInFlightDefault: number;
  /** Events in one page of a query. */
  readonly queryLimitMax: number;
  /** For a query that does not name its own. */
  readonly queryLimitDefault: number;
}

export const DEFAULT_LIMITS: Limits = {
  messageBytesMax: 1024 * 1024,
  eventsPerBatchMax: 1000,
  dataDepthMax: 64,
  keyBytesMax: 512,
  typeBytesMax: 128,
  clientTypeBytesMax: 128,
  eventTypesMax: 1000,
  batchIdBytesMax: 128,
  queryIdBytesMax: 128,
  causationBytesMax: 128,
  deliveryBytesMax: 64,
  deliveriesPerAckMax: 10_000,
  featuresMax: 64,
  featureBytesMax: 64,
  observedKeysMax: 1000,
  errorTextBytesMax: 16 * 1024,
  instanceTextBytesMax: 512,
  routesMax: 256,
  tokenBytesMax: 4096,
  sessionsMax: 10_000,
  maxInFlightMax: 10_000,
  maxInFlightDefault: 256,
  queryLimitMax: 1000,
  queryLimitDefault: 1000,
};
