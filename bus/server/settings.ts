/**
 * The numbers of the bus process that are not limits of the protocol (`common/protocol/limits.ts`) and not rules of the
 * core (`bus/core/options.ts`): times and buffers of its sockets, pages and appends.
 */
export interface ServerSettings {
  /** Pause between two pings of a session. A session that has left two unanswered is disconnected. */
  readonly heartbeatMs: number;
  /** Pause between two `tick` inputs of the core; retries and overdue acknowledgements are late by up to this much. */
  readonly tickMs: number;
  /** Nothing more is written to a socket that holds this much. Must be above the socket's own high-water mark (64 KiB). */
  readonly socketPauseBytes: number;
  /** A session with more than this waiting to be written is not read from; if it stays so it is cut off (`slow_reader`). */
  readonly waitingBytesMax: number;
  /** Most deliveries in one `events` frame; above it the first event of a frame waits noticeably for the last. */
  readonly deliveriesPerFrameMax: number;
  /** A page of a query ends above this, whatever its limit; bounds what one answer holds in memory. */
  readonly pageBytesMax: number;
  /** Events asked from the store at once; an event may be as large as a message, so this bounds memory as well. */
  readonly readChunkMax: number;
  /** Queries a session may have waiting; one more is refused (`overloaded`). */
  readonly queriesWaitingMax: number;
  /** No socket is read while more than this waits for the store; bounds memory when the store is slow. */
  readonly appendBytesMax: number;
  /** A connection that has not sent its HTTP request by then is closed; a trickle of bytes holds nothing for longer. */
  readonly requestTimeoutMs: number;
  /** Longest body of an HTTP request (a reason for a skip). */
  readonly bodyBytesMax: number;
  /** How long a stop waits for the store and for closing handshakes before it goes on without. */
  readonly stopDeadlineMs: number;
}

export const DEFAULT_SETTINGS: ServerSettings = {
  heartbeatMs: 10_000,
  tickMs: 100,
  socketPauseBytes: 256 * 1024,
  waitingBytesMax: 8 * 1024 * 1024,
  deliveriesPerFrameMax: 64,
  pageBytesMax: 2 * 1024 * 1024,
  readChunkMax: 128,
  queriesWaitingMax: 64,
  appendBytesMax: 64 * 1024 * 1024,
  requestTimeoutMs: 10_000,
  bodyBytesMax: 64 * 1024,
  stopDeadlineMs: 10_000,
};
