import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message as it came, parsed and nothing else; which fields are there depends on its type. */
export interface Heard {
  readonly message_type: string;
  readonly events: readonly HeardEvent[];
  readonly receipts: readonly {
    readonly checksum: string;
    readonly status: string;
    readonly value: number;
  }[];
  readonly code: string;
  readonly message: string;
  readonly about: Readonly<Record<string, string>>;
  readonly session_id: number;
  readonly next: string;
  readonly head: string;
}

export interface HeardEvent extends Heard {
  readonly event_type: string;
  readonly consistency: { readonly key: string; readonly value: number };
  readonly data: unknown;
  readonly delivery: string;
  readonly position: string;
  readonly attempt: number;
}

/** A client that knows nothing: sends what it is told and keeps what it hears, in order. */
export class RawClient {
  readonly socket: WebSocket;
  readonly #heard: Heard[] = [];
  readonly #texts: string[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#texts.push(data.toString());
      this.#heard.push(JSON.parse(data.toString()));
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    socket.on('error', () => undefined);
  }

  static async connect(address: string): Promise<RawClient> {
    const client = new RawClient(new WebSocket(address));
    await once(client.socket, 'open');
    return client;
  }

  /** Every frame so far, as text. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** An object is sent as JSON, a text as it stands, a buffer as a binary frame. */
  say(message: object | string | Buffer): void {
    const raw = typeof message === 'string' || Buffer.isBuffer(message);
    this.socket.send(raw ? message : JSON.stringify(message));
  }

  /** The next message, whatever it is. @throws if the connection ends before it */
  async hearAny(): Promise<Heard> {
    while (this.#heard.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('closed while waiting for a message');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#heard.shift()!;
  }

  /** The next message. @throws if it is of another type than expected, or the connection ends before it */
  async hear(type: string): Promise<Heard> {
    const next = await this.hearAny();
    if (next.message_type !== type) throw new Error(`expected ${type}, heard ${JSON.stringify(next)}`);
    return next;
  }

  /** The next `count` events, in whatever frames they come. */
  async hearEvents(count: number): Promise<HeardEvent[]> {
    const events: HeardEvent[] = [];
    while (events.length < count) {
      const batched = this.#features.includes('batch');
      const heard = await this.hear(batched ? 'events' : 'event');
      events.push(...(batched ? heard.events : [heard as HeardEvent]));
    }
    return events;
  }

  #features: readonly string[] = [];

  /** Registers; with features it is a client of today, without one of the first generation. */
  async register(
    clientType: string,
    eventTypes: readonly string[],
    additions: {
      features?: readonly string[];
      max_in_flight?: number;
      instance?: object;
      token?: string;
    } = {},
  ): Promise<Heard> {
    this.#features = additions.features ?? [];
    this.say({ message_type: 'register', client_type: clientType, event_types: eventTypes, ...additions });
    return this.hear('registration');
  }

  /** Sends one event with an implicit value and waits for its receipt. */
  async publish(type: string, key: string, data: unknown = {}): Promise<Heard> {
    this.say({ message_type: 'new', events: [newEvent(type, key, data)] });
    return this.hear('receipt');
  }

  /** Proves that nothing else was on its way: the answer to a question asked now is the next that is heard. */
  async heardNothing(): Promise<void> {
    this.say({ message_type: 'query', event_types: ['*'], query_id: 'nothing', limit: 1 });
    await this.hear('rebuild');
  }

  /** Resolves with code and reason when the connection has ended. */
  async closed(): Promise<{ code: number; reason: string }> {
    if (this.socket.readyState === WebSocket.CLOSED) throw new Error('closed before anybody listened');
    const [code, reason] = await once(this.socket, 'close');
    return { code, reason: String(reason) };
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.terminate();
    await once(this.socket, 'close');
  }
}

/** An event of the first generation with an implicit value. */
export function newEvent(type: string, key: string, data: unknown = {}): object {
  return { event_type: type, consistency: { key }, correlation_id: 1, data };
}

/** Everything that a client of today announces. */
export const ALL_FEATURES = ['batch', 'ack', 'nack', 'atomic', 'paging', 'errors'] as const;
