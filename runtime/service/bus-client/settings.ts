/** The numbers of the bus client. */
export interface BusClientSettings {
  /** Pause before the first attempt to connect again; doubles with each further one up to the maximum, each shortened by chance by up to a half. */
  readonly reconnectMinMs: number;
  /** Above it a service comes back noticeably later than the bus. */
  readonly reconnectMaxMs: number;
  /** A connection that is not open by then counts as failed. */
  readonly handshakeMs: number;
  /** The bus pings every 10 s; a connection that is silent for this long is dead, although its socket does not know. */
  readonly silenceMs: number;
  /** Pause before a batch is sent again that the bus could not take (`store_unavailable`, `overloaded`); grows like the above. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Queries that wait for their answer at the bus at once; it refuses more than 64. */
  readonly queriesMax: number;
  /** A drain that is not answered by then counts as done: what is still out goes to others when the connection ends. */
  readonly drainMs: number;
  /** A closing handshake that is not answered by then is cut off. */
  readonly closeMs: number;
  /** Largest frame that is accepted from the bus: a page of events, each of which may have been as large as a message. */
  readonly frameBytesMax: number;
}

export const DEFAULT_BUS_CLIENT_SETTINGS: BusClientSettings = {
  reconnectMinMs: 50,
  reconnectMaxMs: 5000,
  handshakeMs: 5000,
  silenceMs: 30_000,
  retryMinMs: 50,
  retryMaxMs: 5000,
  queriesMax: 32,
  drainMs: 10_000,
  closeMs: 1000,
  frameBytesMax: 64 * 1024 * 1024,
};
