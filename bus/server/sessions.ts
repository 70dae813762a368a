import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ERRORS, type ErrorCode } from '../../common/errors.js';
import type { StoredEvent } from '../../common/events.js';
import { Session, type SessionContext, type SessionEffect } from './session.js';
import type { SessionIds } from './session-ids.js';

export interface SessionsOptions extends Omit<SessionContext, 'due' | 'ended'> {
  readonly ids: SessionIds;
  /** asks for the end of this turn, where `flush` is called */
  readonly requestFlush: () => void;
}

/**
 * All sessions of the bus: takes in sockets, passes effects on, sends heartbeats, lets go.
 *
 * At most `sessionsMax` connections. A connection that has not said a word yet has no claim: when there is no room, the oldest such
 * goes to make room for a new one; so sockets that are opened and left alone keep nobody out, and a client that connects long
 * before its first message is not cut off for it.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sockets: WebSocketServer;
  readonly #sessions = new Map<number, Session>();
  readonly #due = new Set<Session>();
  readonly #heartbeats: NodeJS.Timeout;
  #throttled = false;
  #closing: ErrorCode | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.limits.messageBytesMax,
      perMessageDeflate: false,
    });
    this.#heartbeats = setInterval(() => this.#beat(), options.settings.heartbeatMs);
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Answers a request to become a WebSocket, on whatever path. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const refusal = this.#closing ?? (this.#makeRoom() ? undefined : 'too_many_sessions');
    const id = refusal === undefined ? this.#options.ids.take() : undefined;
    if (id === undefined) {
      refuse(connection, refusal ?? 'store_unavailable');
      return;
    }
    this.#sockets.handleUpgrade(request, connection, head, (socket) => this.#open(id, socket, connection));
  }

  /** Sends what the core says; what it says to a session that is gone is dropped. */
  perform(effect: SessionEffect): void {
    this.#sessions.get(effect.sessionId)?.perform(effect);
  }

  committed(events: readonly StoredEvent[]): void {
    for (const session of this.#sessions.values()) session.committed(events);
  }

  /** Writes what the sessions have gathered in this turn. */
  flush(): void {
    for (const session of this.#due) session.flush();
    this.#due.clear();
  }

  /** True: the bus has more to store than it may hold, nobody is read for now. */
  throttle(throttled: boolean): void {
    if (throttled === this.#throttled || this.#closing !== undefined) return;
    this.#setThrottled(throttled);
    this.#options.log.info({ throttled }, 'sockets are %s', throttled ? 'not read for now' : 'read again');
  }

  /** Takes in nobody from now on (later connections are refused for this reason) and hears nobody any more. */
  quiesce(code: ErrorCode): void {
    this.#closing = code;
    this.#setThrottled(true);
  }

  /** Ends every session; resolves when all sockets are closed, those that do not answer within `deadlineMs` by force. */
  async closeAll(code: ErrorCode, deadlineMs: number): Promise<void> {
    this.quiesce(code);
    clearInterval(this.#heartbeats);
    for (const session of [...this.#sessions.values()]) session.close(code);
    const force = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
    }, deadlineMs);
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    clearTimeout(force);
  }

  #open(id: number, socket: WebSocket, connection: Duplex): void {
    this.#options.submit({ kind: 'connected', sessionId: id });
    const session = new Session(id, socket, connection, {
      ...this.#options,
      due: (one) => {
        this.#due.add(one);
        this.#options.requestFlush();
      },
      ended: (one) => {
        this.#sessions.delete(one.id);
        this.#due.delete(one);
      },
    });
    session.throttle(this.#throttled);
    this.#sessions.set(id, session);
  }

  #setThrottled(throttled: boolean): void {
    this.#throttled = throttled;
    for (const session of this.#sessions.values()) session.throttle(throttled);
  }

  #makeRoom(): boolean {
    if (this.#sessions.size < this.#options.limits.sessionsMax) return true;
    for (const session of this.#sessions.values()) {
      if (!session.silent) continue;
      session.close('too_many_sessions');
      return true;
    }
    return false;
  }

  #beat(): void {
    for (const session of [...this.#sessions.values()]) session.beat();
  }
}

/** Answers a request for a WebSocket in plain HTTP: cheaper than a handshake, and as clear. */
function refuse(connection: Duplex, code: ErrorCode): void {
  const { status, meaning } = ERRORS[code];
  const body = JSON.stringify({ error: code, message: meaning });
  connection.on('error', () => connection.destroy());
  connection.end(
    [
      `HTTP/1.1 ${status} Refused`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
