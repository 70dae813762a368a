import { WebSocket } from 'ws';
import type { Logger } from '../../common/log.js';
import type { Json } from '../../common/protocol/messages.js';
import type { Instance } from '../discovery/instance.js';
import type { Settings } from '../settings.js';

/** What an instance says about its topics, for whoever watches them. */
export interface UpstreamEvents {
  readonly opened: (upstream: Upstream) => void;
  /** after it was open */
  readonly lost: (upstream: Upstream) => void;
  readonly subscribed: (upstream: Upstream, topic: string, resumed: boolean) => void;
  readonly update: (topic: string, cursor: number, data: Json) => void;
  /** the instance has not subscribed it, or has stopped doing so */
  readonly refused: (upstream: Upstream, topic: string) => void;
}

/** The one connection to an instance's `WS /updates`, made again whenever it breaks until it is closed. */
export class Upstream {
  #socket: WebSocket | undefined;
  #again: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #pauseMs: number;
  #closed = false;

  constructor(
    readonly instance: Instance,
    private readonly settings: Settings,
    private readonly events: UpstreamEvents,
    private readonly log: Logger,
  ) {
    this.#pauseMs = settings.reconnectMs;
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** @param after cursor of the last update that is known, -1 for none */
  subscribe(topic: string, after: number): void {
    this.#send({ message_type: 'subscribe', topic, after });
  }

  unsubscribe(topic: string): void {
    this.#send({ message_type: 'unsubscribe', topic });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    clearInterval(this.#heartbeat);
    this.#socket?.terminate();
  }

  #send(message: object): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
  }

  #connect(): void {
    const socket = new WebSocket(`${this.instance.url.replace(/^http/, 'ws')}/updates`, {
      handshakeTimeout: this.settings.connectTimeoutMs,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let wasOpen = false;
    socket.on('open', () => {
      wasOpen = true;
      this.#pauseMs = this.settings.reconnectMs;
      this.#beat(socket);
      this.events.opened(this);
    });
    socket.on('message', (frame) => this.#hear(String(frame)));
    socket.on('error', (error) => this.log.debug({ reason: error.message }, 'no updates from an instance'));
    socket.on('close', () => this.#broken(wasOpen));
  }

  #broken(wasOpen: boolean): void {
    clearInterval(this.#heartbeat);
    if (this.#closed) return;
    this.#again = setTimeout(() => this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.settings.reconnectMaxMs);
    if (wasOpen) this.events.lost(this);
  }

  /** A connection whose other end has gone without a word is not told by anybody else. */
  #beat(socket: WebSocket): void {
    let answered = true;
    socket.on('pong', () => {
      answered = true;
    });
    this.#heartbeat = setInterval(() => {
      if (answered) socket.ping();
      else socket.terminate();
      answered = false;
    }, this.settings.heartbeatMs);
  }

  #hear(frame: string): void {
    const message = messageOf(frame);
    const { topic } = message;
    switch (message.message_type) {
      case 'update':
        if (typeof topic === 'string' && typeof message.cursor === 'number' && message.data !== undefined)
          this.events.update(topic, message.cursor, message.data);
        return;
      case 'subscribed':
        if (typeof topic === 'string') this.events.subscribed(this, topic, message.resumed === true);
        return;
      case 'error':
        this.log.warn({ url: this.instance.url, error: message }, 'an instance refuses to tell its updates');
        if (typeof topic === 'string') this.events.refused(this, topic);
    }
  }
}

function messageOf(frame: string): { readonly [name: string]: Json } {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null ? (value as { [name: string]: Json }) : {};
  } catch {
    return {};
  }
}
