import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Delivery } from '../core/types.js';
import type { ServerSettings } from './settings.js';

type Item =
  | { readonly kind: 'frame'; readonly text: string }
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'stream'; readonly chunks: AsyncIterable<string>; readonly ended: () => void };

export interface WriterOptions {
  readonly socket: WebSocket;
  /** the connection below the WebSocket */
  readonly connection: Duplex;
  readonly settings: ServerSettings;
  /** the frames that carry these deliveries */
  readonly framesOf: (deliveries: readonly Delivery[]) => readonly string[];
  /** something waits to be written: `flush` is due at the end of the turn */
  readonly due: () => void;
  /** the writer holds too much (true) or has room again (false): what makes it grow should pause */
  readonly full: (full: boolean) => void;
  /** a stream broke off; the connection must end, for a truncated answer may not look like a whole one */
  readonly streamFailed: (error: unknown) => void;
}

/**
 * The way out of one session. Everything leaves in the order in which it was given; what was given in one turn is one write.
 *
 * Nothing is written while the socket holds more than `socketPauseBytes`, so memory is bounded by whoever produces: deliveries
 * by `max_in_flight`, pages and observed events by waiting for `room`, answers by not reading the session (`full`).
 */
export class Writer {
  readonly #options: WriterOptions;
  #items: Item[] = [];
  #waitingBytes = 0;
  #full = false;
  #streaming = false;
  #closed = false;
  #roomWaiters: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    options.connection.on('drain', () => this.flush());
  }

  /** True if a page given now would be written soon. */
  get hasRoom(): boolean {
    const { socket, settings } = this.#options;
    return !this.#streaming && this.#waitingBytes + socket.bufferedAmount < settings.socketPauseBytes;
  }

  /** True if it holds more than a session may have waiting. */
  get isFull(): boolean {
    return this.#full;
  }

  /** Resolves when there is room, or the writer is closed. */
  async room(): Promise<void> {
    while (!this.#closed && !this.hasRoom) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  frame(text: string): void {
    this.#add({ kind: 'frame', text });
  }

  deliver(deliveries: readonly Delivery[]): void {
    if (this.#closed) return;
    for (const delivery of deliveries) this.#items.push({ kind: 'delivery', delivery });
    this.#options.due();
  }

  /**
   * One message sent piece by piece; what is given after it waits until it is whole. Resolves when it is, or when the writer is
   * closed.
   */
  stream(chunks: AsyncIterable<string>): Promise<void> {
    return new Promise((ended) => this.#add({ kind: 'stream', chunks, ended }));
  }

  /** Writes what may be written. */
  flush(): void {
    if (this.#closed) return;
    const { connection } = this.#options;
    connection.cork();
    let done = 0;
    while (done < this.#items.length && !this.#streaming && !this.#socketFull()) done += this.#writeAt(done);
    this.#items.splice(0, done);
    connection.uncork();
    this.#measure();
    if (this.hasRoom) this.#wakeRoom();
  }

  /** Nothing more is written; what waits is forgotten. */
  close(): void {
    this.#closed = true;
    for (const item of this.#items) if (item.kind === 'stream') item.ended();
    this.#items = [];
    this.#wakeRoom();
  }

  #add(item: Item): void {
    if (this.#closed) {
      if (item.kind === 'stream') item.ended();
      return;
    }
    this.#items.push(item);
    if (item.kind === 'frame') this.#waitingBytes += item.text.length;
    this.#measure();
    this.#options.due();
  }

  /** Writes the item at this place, together with the deliveries that follow a delivery; returns how many items that were. */
  #writeAt(at: number): number {
    const item = this.#items[at]!;
    if (item.kind === 'frame') {
      this.#waitingBytes -= item.text.length;
      this.#options.socket.send(item.text);
      return 1;
    }
    if (item.kind === 'stream') {
      this.#streaming = true;
      void this.#writeStream(item.chunks).then(item.ended);
      return 1;
    }
    const deliveries: Delivery[] = [];
    while (deliveries.length < this.#options.settings.deliveriesPerFrameMax) {
      const next = this.#items[at + deliveries.length];
      if (next?.kind !== 'delivery') break;
      deliveries.push(next.delivery);
    }
    for (const text of this.#options.framesOf(deliveries)) this.#options.socket.send(text);
    return deliveries.length;
  }

  async #writeStream(chunks: AsyncIterable<string>): Promise<void> {
    const { socket, streamFailed } = this.#options;
    try {
      for await (const chunk of chunks) {
        while (!this.#closed && this.#socketFull()) await this.#drained();
        if (this.#closed) return;
        socket.send(chunk, { fin: false });
      }
      socket.send('', { fin: true });
    } catch (error) {
      streamFailed(error);
      return;
    }
    this.#streaming = false;
    this.#options.due();
  }

  #drained(): Promise<void> {
    const { connection } = this.#options;
    return new Promise((resolve) => {
      const settle = (): void => {
        connection.off('drain', settle);
        connection.off('close', settle);
        resolve();
      };
      connection.on('drain', settle);
      connection.on('close', settle);
    });
  }

  #socketFull(): boolean {
    return this.#options.socket.bufferedAmount >= this.#options.settings.socketPauseBytes;
  }

  #measure(): void {
    const full = this.#waitingBytes > this.#options.settings.waitingBytesMax;
    if (full === this.#full) return;
    this.#full = full;
    this.#options.full(full);
  }

  #wakeRoom(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const wake of waiters) wake();
  }
}
