import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Clock } from '../../../common/clock.js';
import type { Logger } from '../../../common/log.js';
import { decodeBusMessage, encodeClientMessage } from '../../../common/protocol/codec.js';
import { DEFAULT_LIMITS } from '../../../common/protocol/limits.js';
import type { BusMessage } from '../../../common/protocol/messages.js';
import type { BusClientSettings } from './settings.js';

/**
 * One WebSocket to the bus, from its opening to its end. What is sent within one turn of the event loop leaves together at the
 * end of it, acknowledgements joined into one frame and first: an event that failed takes back those behind it, so what was
 * handled before it must be known by then.
 *
 * Ends once, with `ended`, whatever the reason; after that nothing is heard.
 */
export interface ConnectionListener {
  opened(): void;
  message(message: BusMessage): void;
  /** @param code of the closing handshake; 1006 if there was none */
  ended(reason: string, code: number): void;
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #settings: BusClientSettings;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #listener: ConnectionListener;
  readonly #over: Promise<void>;
  #stream: Duplex | undefined;
  #frames: string[] = [];
  #acknowledged: string[] = [];
  #flush: NodeJS.Immediate | undefined;
  #silence: NodeJS.Timeout | undefined;
  #heardAt: number;
  #badFrames = 0;
  #problem = '';

  constructor(
    url: string,
    context: { settings: BusClientSettings; log: Logger; clock: Clock },
    listener: ConnectionListener,
  ) {
    this.#settings = context.settings;
    this.#log = context.log;
    this.#clock = context.clock;
    this.#listener = listener;
    this.#heardAt = this.#clock.now();
    this.#socket = new WebSocket(url, {
      handshakeTimeout: this.#settings.handshakeMs,
      maxPayload: this.#settings.frameBytesMax,
      perMessageDeflate: false,
    });
    this.#over = new Promise((resolve) => this.#listen(resolve));
  }

  /** @param frame a client message, encoded */
  send(frame: string): void {
    this.#frames.push(frame);
    this.#flush ??= setImmediate(() => this.#flushNow());
  }

  acknowledge(delivery: string): void {
    this.#acknowledged.push(delivery);
    this.#flush ??= setImmediate(() => this.#flushNow());
  }

  /** Sends what is to be sent and ends the connection; resolves when it is over. */
  async close(): Promise<void> {
    this.#flushNow();
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.terminate();
    else this.#socket.close(1000);
    const cutOff = setTimeout(() => this.#socket.terminate(), this.#settings.closeMs);
    await this.#over;
    clearTimeout(cutOff);
  }

  /** Ends it without ceremony; `ended` is called. */
  cut(reason: string): void {
    this.#problem = reason;
    this.#socket.terminate();
  }

  #listen(over: () => void): void {
    const socket = this.#socket;
    socket.on('upgrade', (response) => {
      this.#stream = response.socket;
    });
    socket.on('open', () => {
      this.#heard();
      this.#silence = setInterval(() => this.#listenForSilence(), this.#settings.silenceMs / 4);
      this.#listener.opened();
    });
    socket.on('ping', () => this.#heard());
    socket.on('message', (data) => this.#hear(data as Buffer));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#problem = error.message || error.code || error.name;
    });
    socket.on('close', (code, reason) => {
      clearInterval(this.#silence);
      if (this.#flush !== undefined) clearImmediate(this.#flush);
      const words = reason.toString() || this.#problem || 'the bus ended the connection';
      this.#listener.ended(`${words} (${code})`, code);
      over();
    });
  }

  #hear(data: Buffer): void {
    this.#heard();
    const decoded = decodeBusMessage(data);
    if (decoded.ok) this.#listener.message(decoded.message);
    else this.#badFrame(decoded.message);
  }

  /** Nothing can be done about it here: what it told is lost, and the log says so. A bus gone mad shall not fill the disk. */
  #badFrame(reason: string): void {
    this.#badFrames += 1;
    if (this.#badFrames <= LOGGED_BAD_FRAMES_MAX)
      this.#log.error({ reason }, 'a frame of the bus is unreadable');
  }

  #heard(): void {
    this.#heardAt = this.#clock.now();
  }

  #listenForSilence(): void {
    const now = this.#clock.now();
    if (now < this.#heardAt) this.#heardAt = now;
    if (now - this.#heardAt >= this.#settings.silenceMs) this.cut('the bus is silent');
  }

  #flushNow(): void {
    this.#flush = undefined;
    const [frames, acknowledged] = [this.#frames, this.#acknowledged];
    this.#frames = [];
    this.#acknowledged = [];
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    // One write for all of it: the call costs more than the bytes.
    this.#stream?.cork();
    for (let at = 0; at < acknowledged.length; at += DEFAULT_LIMITS.deliveriesPerAckMax) {
      const deliveries = acknowledged.slice(at, at + DEFAULT_LIMITS.deliveriesPerAckMax);
      this.#socket.send(encodeClientMessage({ message_type: 'ack', deliveries }));
    }
    for (const frame of frames) this.#socket.send(frame);
    this.#stream?.uncork();
  }
}

const LOGGED_BAD_FRAMES_MAX = 20;
