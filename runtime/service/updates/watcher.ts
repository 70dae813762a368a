import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { ERRORS, type ErrorCode, type ErrorEntry } from '../../../common/errors.js';
import type { Logger } from '../../../common/log.js';
import { decodeWatcherMessage, encodeError, encodeSubscribed, type WatcherMessage } from './messages.js';
import { ResumeFailed } from './resume-reader.js';
import { type ReadPage, Subscription } from './subscription.js';

/** Bounds of one socket. */
export interface WatcherLimits {
  /** topics; a gateway watches for all its users through one socket */
  readonly subscriptionsMax: number;
  /** bytes that may wait for a client; above it is cut off, and resumes when it reads again */
  readonly bufferBytesMax: number;
  /** of these, bytes above which nothing more is read from the state for it */
  readonly roomBytes: number;
  /** resumes that have begun and not ended; above it the client is not heard */
  readonly resumesMax: number;
  readonly heartbeatMs: number;
}

export const WATCHER_LIMITS: WatcherLimits = {
  subscriptionsMax: 50_000,
  bufferBytesMax: 1024 * 1024,
  roomBytes: 128 * 1024,
  resumesMax: 256,
  heartbeatMs: 15_000,
};

/** Pings that may be unanswered; one more and the client counts as gone. */
const MISSED_BEATS_MAX = 2;

export interface WatcherContext {
  readonly log: Logger;
  readonly limits: WatcherLimits;
  /** how to read a topic from the state, if that is possible */
  readonly reader: (topic: string) => ReadPage | undefined;
  readonly add: (subscription: Subscription) => void;
  readonly remove: (subscription: Subscription) => void;
  readonly ended: (watcher: Watcher) => void;
}

/**
 * One client of `WS /updates`: its socket and its subscriptions. It owns the bounds: what a client does not read, and what it
 * asks for, takes bounded memory. A wrong message is answered and changes nothing.
 */
export class Watcher {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #heartbeat: NodeJS.Timeout;
  #missedBeats = 0;
  #resuming = 0;
  #ended = false;
  #corked = false;
  #roomWaiters: (() => void)[] = [];

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
    private readonly context: WatcherContext,
  ) {
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    socket.on('pong', () => {
      this.#missedBeats = 0;
    });
    socket.on('error', (error) => context.log.debug({ reason: error.message }, 'a watcher’s socket failed'));
    socket.on('close', () => this.#end());
    connection.on('drain', () => this.#wakeRoom());
    this.#heartbeat = setInterval(() => this.#beat(), context.limits.heartbeatMs);
  }

  send(frame: Buffer): void {
    if (this.#ended) return;
    if (this.socket.bufferedAmount > this.context.limits.bufferBytesMax) {
      this.context.log.info({}, 'a watcher does not read what it asked for: cut off');
      this.close('slow_reader');
      return;
    }
    this.#cork();
    this.socket.send(frame, { binary: false });
  }

  async room(): Promise<void> {
    while (!this.#ended && this.socket.bufferedAmount > this.context.limits.roomBytes)
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Ends the connection for this reason; the client may come again and resume. */
  close(code: ErrorCode): void {
    const entry: ErrorEntry = ERRORS[code];
    this.socket.close(entry.close ?? CLOSE_TRY_AGAIN, code);
    this.#end();
  }

  terminate(): void {
    this.socket.terminate();
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    const message = isBinary
      ? { reason: 'messages are text frames', topic: undefined }
      : decodeWatcherMessage(String(data));
    if ('reason' in message) this.send(encodeError('bad_message', message.reason, message.topic));
    else if (message.message_type === 'subscribe') this.#subscribe(message);
    else this.#unsubscribe(message.topic);
  }

  #subscribe({ topic, after }: Extract<WatcherMessage, { message_type: 'subscribe' }>): void {
    const { limits, add, reader } = this.context;
    // The newest subscription of a topic counts: a client that has found a gap asks again.
    this.#unsubscribe(topic);
    if (this.#subscriptions.size >= limits.subscriptionsMax) {
      const message = `a connection may have ${limits.subscriptionsMax} subscriptions`;
      this.send(encodeError('too_large', message, topic));
      return;
    }
    const subscription = new Subscription(topic, this, after);
    this.#subscriptions.set(topic, subscription);
    const read = after === undefined ? undefined : reader(topic);
    if (read) subscription.hold();
    // Live updates first, then the past: the other way round something could come between.
    add(subscription);
    if (read) void this.#resume(subscription, read);
    else this.send(encodeSubscribed(topic, false));
  }

  async #resume(subscription: Subscription, read: ReadPage): Promise<void> {
    const { topic } = subscription;
    this.#resumes(+1);
    try {
      await subscription.resume(
        // Who has left, or asked anew, while it waited for its turn costs nothing.
        async (after) => (subscription.ended ? [] : read(after)),
        () => this.send(encodeSubscribed(topic, true)),
      );
    } catch (error) {
      if (subscription.ended) return;
      this.#unsubscribe(topic);
      if (error instanceof ResumeFailed) this.send(encodeError(error.code, error.message, topic));
      else {
        this.context.log.error({ error, topic }, 'a topic could not be resumed');
        this.send(encodeError('internal', ERRORS.internal.meaning, topic));
      }
    } finally {
      this.#resumes(-1);
    }
  }

  #unsubscribe(topic: string): void {
    const subscription = this.#subscriptions.get(topic);
    if (!subscription) return;
    this.#subscriptions.delete(topic);
    this.context.remove(subscription);
    subscription.end();
  }

  /** A client that asks for more than is read for it at once is not heard until that is less. */
  #resumes(change: 1 | -1): void {
    this.#resuming += change;
    if (this.#resuming > this.context.limits.resumesMax && !this.#ended) this.socket.pause();
    else if (this.socket.isPaused) this.socket.resume();
  }

  #beat(): void {
    if (this.socket.isPaused) this.#missedBeats = 0;
    if (this.#missedBeats >= MISSED_BEATS_MAX) {
      this.terminate();
      return;
    }
    this.#missedBeats++;
    this.socket.ping();
  }

  /** What is sent in one turn is one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.connection.cork();
    setImmediate(() => {
      this.#corked = false;
      this.connection.uncork();
    });
  }

  #wakeRoom(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#heartbeat);
    for (const topic of [...this.#subscriptions.keys()]) this.#unsubscribe(topic);
    this.#wakeRoom();
    // The closing handshake has to be read.
    this.socket.resume();
    this.context.ended(this);
  }
}

/** The service cannot go on with this connection now (WebSocket 1013). */
const CLOSE_TRY_AGAIN = 1013;
