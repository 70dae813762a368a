/** A lean client of the bus protocol (and of the floor, which speaks the little of it that it knows). */
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** The fields that the loads look at. */
export interface Received {
  readonly message_type: string;
  readonly events?: readonly ReceivedEvent[];
  readonly receipts?: readonly { readonly status: string }[];
  readonly next?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface ReceivedEvent {
  readonly consistency: { readonly key: string; readonly value: number };
  readonly data: { readonly sentAt?: number };
  readonly delivery: string;
}

export class BusLink {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @param heard gets every message, from the first on; an `error` ends the process: a load that is refused measures nothing */
  static async open(address: string, heard: (message: Received, link: BusLink) => void): Promise<BusLink> {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    const link = new BusLink(socket);
    socket.on('message', (frame: Buffer) => {
      const message = JSON.parse(frame.toString()) as Received;
      if (message.message_type === 'error') throw new Error(`${message.code}: ${message.message}`);
      heard(message, link);
    });
    await once(socket, 'open');
    return link;
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** Opens a link, registers, and resolves when the bus has answered. */
export async function registered(
  address: string,
  registration: { client_type: string; event_types: readonly string[]; max_in_flight: number },
  heard: (message: Received, link: BusLink) => void,
): Promise<BusLink> {
  let answered = (): void => undefined;
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const link = await BusLink.open(address, (message, opened) => {
    if (message.message_type === 'registration') answered();
    else heard(message, opened);
  });
  const features = ['batch', 'ack', 'atomic', 'paging', 'errors', 'brief'];
  link.say({ message_type: 'register', features, ...registration });
  await answer;
  return link;
}
