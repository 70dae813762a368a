import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a bus, and breaks connections in the ways that networks do. */
export class Network {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, bus: Socket]>();
  #swallow = false;
  #swallowed: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(target: () => number): Promise<Network> {
    const server = createServer();
    const network = new Network(server);
    server.on('connection', (client) => network.#join(client, connect(target(), '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return network;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the bus says gets lost from now on; resolves when something has. */
  swallowAnswers(): Promise<void> {
    this.#swallow = true;
    return new Promise((resolve) => this.#swallowed.push(resolve));
  }

  /** Ends all connections without a word; new ones work. */
  cut(): void {
    this.#swallow = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, bus: Socket): void {
    const pair = [client, bus] as const;
    this.#pairs.add(pair);
    client.pipe(bus);
    bus.on('data', (data) => {
      if (!this.#swallow) client.write(data);
      else for (const swallowed of this.#swallowed.splice(0)) swallowed();
    });
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const other of pair) other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
