import type { RawData, WebSocket } from 'ws';
import type { Settings } from '../settings.js';

/** Close codes of RFC 6455 that are used here. */
export const CLOSE = { stopping: 1001, badFrame: 1008, slowReader: 1013, tooMany: 1013 } as const;

/** What a socket does with the frames it gets. */
export interface FrameHandler {
  /** A text frame that holds a JSON object. Resolves when it has been dealt with; does not reject. */
  frame(fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** Any other frame. */
  unreadable(): void;
  closed(): void;
}

/**
 * A client's WebSocket: JSON in text frames, a heartbeat, and an end for who does not read. Who says more than can be dealt with is not read
 * from until that is done: frames may be costly, and would gather in memory.
 */
export class ClientSocket {
  readonly #heartbeat: NodeJS.Timeout;
  #answered = true;
  #closed = false;
  /** frames that are not dealt with yet */
  #waiting = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly settings: Settings,
    private readonly handler: FrameHandler,
  ) {
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('close', () => this.#end());
    // A socket that fails is closed after it; there is nobody to tell.
    socket.on('error', () => undefined);
    this.#heartbeat = setInterval(() => this.#beat(), settings.heartbeatMs);
  }

  /** bytes that wait for the client */
  get unreadBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#closed) return;
    if (this.socket.bufferedAmount > this.settings.unreadBytesMax) {
      this.close(CLOSE.slowReader, 'slow_reader');
      return;
    }
    this.socket.send(text);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.#end();
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (this.#closed) return;
    const fields = isBinary ? undefined : objectIn(String(data));
    if (fields === undefined) this.handler.unreadable();
    else void this.#take(fields);
  }

  async #take(fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.#waiting += 1;
    if (this.#waiting >= this.settings.framesWaitingMax) this.socket.pause();
    await this.handler.frame(fields);
    this.#waiting -= 1;
    if (this.socket.isPaused && this.#waiting < this.settings.framesWaitingMax) this.socket.resume();
  }

  #beat(): void {
    // The answer of one that is not read from is not read either.
    if (this.#answered || this.socket.isPaused) this.socket.ping();
    else this.socket.terminate();
    this.#answered = false;
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.handler.closed();
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
