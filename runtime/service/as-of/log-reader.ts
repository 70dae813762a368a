import type { BusPort, QueryPage } from '../types.js';

/** Events per page: what is in memory of the log at once is two pages. */
const PAGE_EVENTS = 1_000;

/**
 * Reads the log in pages, with the rights of a client type and without being an instance of it (the port is a reader's). A
 * connection that is lost is waited for, and the page asked for again.
 */
export class LogReader {
  #logId: string | undefined;
  #another = false;
  #connected: Promise<{ head: string }>;
  #resolve: (ends: { head: string }) => void = () => {};

  constructor(
    private readonly bus: BusPort,
    private readonly clientType: string,
    private readonly eventTypes: readonly string[],
  ) {
    this.#connected = this.#awaited();
  }

  /** Connects, and keeps doing so until `close`. */
  open(): void {
    const { clientType, eventTypes } = this;
    const registration = { clientType, eventTypes, instance: { id: 'reader' }, maxInFlight: 0 };
    this.bus.start(registration, {
      registered: ({ head, logId }) => {
        this.#another ||= this.#logId !== undefined && this.#logId !== logId;
        this.#logId ??= logId;
        this.#resolve({ head });
      },
      disconnected: () => {
        this.#connected = this.#awaited();
      },
      events: () => {},
      progress: () => {},
    });
  }

  /** Cursor of the newest event, when the connection was made. Resolves when there is one. */
  async head(): Promise<string> {
    return (await this.#connected).head;
  }

  /**
   * The events of the client type after a cursor, acknowledged or not; without what an operator has skipped for it.
   * @throws Error if the bus refuses, or has come back with another log
   */
  async page(after: string): Promise<QueryPage> {
    for (;;) {
      await this.#connected;
      if (this.#another) throw new Error('the bus came back with another log');
      try {
        return await this.bus.query({
          eventTypes: this.eventTypes,
          after,
          limit: PAGE_EVENTS,
          acknowledgedOnly: false,
          withoutSkipped: true,
        });
      } catch (error) {
        if (this.bus.connected()) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.bus.stop();
  }

  #awaited(): Promise<{ head: string }> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
