/** The stand-in's `WS /api/live`: who is connected, what each wants, and what becomes of them. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LiveRequest } from '../../common/pages/live.js';

interface Peer {
  socket: WebSocket;
  username: string;
  topics: Set<string>;
}

type History = (topic: string, after: number, username: string) => { cursor: number; data: unknown }[];

export class StandInLive {
  history: History = () => [];
  /** true: nobody gets in, as when the gateway is down */
  away = false;
  /** topics whose service is away */
  readonly unavailable = new Set<string>();
  readonly #userOf: (access: string) => string | undefined;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #peers = new Set<Peer>();

  constructor(userOf: (access: string) => string | undefined) {
    this.#userOf = userOf;
  }

  get connected(): number {
    return this.#peers.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.away) socket.destroy();
    else this.#server.handleUpgrade(request, socket, head, (opened) => this.#greet(opened));
  }

  tell(topic: string, cursor: number, data: unknown, username?: string): void {
    for (const peer of this.#peers) {
      const concerned = username === undefined || peer.username === username;
      if (concerned && peer.topics.has(topic)) say(peer.socket, { type: 'update', topic, cursor, data });
    }
  }

  expire(): void {
    for (const { socket } of this.#peers) say(socket, { type: 'expired' });
  }

  /** Cuts everybody off, without a goodbye. */
  cut(): void {
    for (const { socket } of this.#peers) socket.terminate();
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #greet(socket: WebSocket): void {
    const peer: Peer = { socket, username: '', topics: new Set() };
    socket.on('message', (data) => this.#hear(peer, JSON.parse(String(data)) as LiveRequest));
    socket.on('close', () => this.#peers.delete(peer));
  }

  #hear(peer: Peer, request: LiveRequest): void {
    if (request.type === 'hello')
      this.#enter(peer, 'user' in request ? request.user : this.#userOf(request.access));
    else if (request.type === 'unsubscribe') peer.topics.delete(request.topic);
    else this.#subscribe(peer, request.topic, request.after);
  }

  #enter(peer: Peer, username: string | undefined): void {
    if (username === undefined) {
      say(peer.socket, { type: 'error', code: 'unauthorized', message: 'sign in' });
      return;
    }
    peer.username = username;
    this.#peers.add(peer);
    say(peer.socket, { type: 'ready' });
  }

  #subscribe(peer: Peer, topic: string, after: number | undefined): void {
    if (this.unavailable.has(topic)) {
      say(peer.socket, { type: 'error', code: 'service_unavailable', message: 'away', topic });
      return;
    }
    const missed = after === undefined ? [] : this.history(topic, after, peer.username);
    const head = missed.at(-1)?.cursor;
    say(peer.socket, { type: 'subscribed', topic, ...(head !== undefined && { head }) });
    peer.topics.add(topic);
    for (const { cursor, data } of missed) say(peer.socket, { type: 'update', topic, cursor, data });
  }
}

function say(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify(frame));
}
