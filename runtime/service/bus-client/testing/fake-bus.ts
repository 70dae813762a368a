import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeClientMessage, encodeBusMessage } from '../../../../common/protocol/codec.js';
import type { BusMessage, ClientMessage, WireEvent } from '../../../../common/protocol/messages.js';

/** A bus that says what the test tells it to, and answers registrations by itself unless told not to. */
export class FakeBus {
  /** what the clients said, each message with the number of its connection, from 1 */
  readonly heard: { connection: number; message: ClientMessage; frame: string }[] = [];
  answersRegistrations = true;
  connections = 0;
  readonly #port: number;
  #server: WebSocketServer;
  #socket: WebSocket | undefined;
  #arrivals: (() => void)[] = [];

  private constructor(server: WebSocketServer) {
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#accept();
  }

  static async start(): Promise<FakeBus> {
    return new FakeBus(await listening(0));
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** Listens again, at the same address, after `stop`. */
  async restart(): Promise<void> {
    this.#server = await listening(this.#port);
    this.#accept();
  }

  say(...messages: BusMessage[]): void {
    for (const message of messages) this.sayFrame(encodeBusMessage(message));
  }

  sayFrame(frame: string): void {
    this.#socket!.send(frame);
  }

  /** Resolves when the client has answered. */
  async ping(): Promise<void> {
    this.#socket!.ping();
    await once(this.#socket!, 'pong');
  }

  /** Ends the connection of the newest client. */
  disconnect(code = 1001): void {
    this.#socket!.close(code);
  }

  /** Resolves with the first message that fits, heard already or not. */
  async hears<T extends ClientMessage['message_type']>(
    type: T,
    fits: (message: Extract<ClientMessage, { message_type: T }>, connection: number) => boolean = () => true,
  ): Promise<Extract<ClientMessage, { message_type: T }>> {
    for (;;) {
      for (const { message, connection } of this.heard) {
        if (message.message_type !== type) continue;
        const candidate = message as Extract<ClientMessage, { message_type: T }>;
        if (fits(candidate, connection)) return candidate;
      }
      await new Promise<void>((resolve) => this.#arrivals.push(resolve));
    }
  }

  of<T extends ClientMessage['message_type']>(type: T): Extract<ClientMessage, { message_type: T }>[] {
    return this.heard
      .map(({ message }) => message)
      .filter(
        (message): message is Extract<ClientMessage, { message_type: T }> => message.message_type === type,
      );
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(): void {
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      const connection = this.connections;
      this.#socket = socket;
      socket.on('message', (data) => this.#hear(connection, String(data)));
    });
  }

  #hear(connection: number, frame: string): void {
    const decoded = decodeClientMessage(frame);
    if (!decoded.ok) throw new Error(`the client said something wrong: ${decoded.message}`);
    const { message } = decoded;
    if (message.message_type === 'register' && this.answersRegistrations)
      this.say({
        message_type: 'registration',
        client_type: message.client_type,
        event_types: message.event_types,
        session_id: connection,
        features: message.features ?? [],
        acknowledged: '5',
        head: '9',
        log_id: 'log',
      });
    this.heard.push({ connection, message, frame });
    for (const arrived of this.#arrivals.splice(0)) arrived();
  }
}

async function listening(port: number): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  await once(server, 'listening');
  return server;
}

/** An event as a bus sends it. */
export function wireEvent(
  value: number,
  delivery: string,
  others: Partial<WireEvent> = {},
): WireEvent & { message_type: 'event' } {
  return {
    event_type: 'Paid',
    consistency: { key: 'acc-1', value },
    correlation_id: 1,
    data: '{"amount":1}',
    sender: 'accounts',
    session_id: 4,
    timestamp: 'Sat, 21 Nov 2026 09:51:00 +0000',
    timestamp_raw: 1_795_254_660,
    event_id: `log-${value + 1}`,
    position: String(value + 1),
    correlation: '0198c0de-0000-7000-8000-000000000001',
    causation: 'log-1',
    time: '2026-11-21T09:51:00.123Z',
    batch_id: 'b',
    attempt: 2,
    ...others,
    message_type: 'event',
    delivery,
  };
}
