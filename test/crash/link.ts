/**
 * A connection that can fail: a TCP proxy between a process and its server, on a port of its own. What the network does to two
 * machines, this does to two processes: connections are cut, nothing passes any more, or only one end learns that the other is gone.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `near` is the process that connects, `far` the server. */
export type Side = 'near' | 'far';

interface Pair {
  readonly near: Socket;
  /** undefined while the link is frozen: a connection made then is not passed on before it thaws */
  far: Socket | undefined;
  /** nothing passes, and neither end learns of the other's end */
  silent: boolean;
}

export class Link {
  readonly #pairs = new Set<Pair>();
  #frozen = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (near) => this.#accept(near));
  }

  /** Listens; connections go to the target. */
  static async open(target: { readonly host: string; readonly port: number }): Promise<Link> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Link(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection; new ones are welcome. */
  cut(): void {
    for (const pair of [...this.#pairs]) this.#end(pair);
  }

  /** Nothing passes from now on, and nobody is told. New connections wait. */
  freeze(): void {
    this.#frozen = true;
    for (const pair of this.#pairs) this.#silence(pair);
  }

  /** One end of every connection is gone; the other is not told before `thaw`. New connections work. */
  abandon(side: Side): void {
    for (const pair of this.#pairs) {
      this.#silence(pair);
      pair[side]?.destroy();
    }
  }

  /** Everything held back passes again, unless an end has gone meanwhile: now the other learns of it. */
  thaw(): void {
    this.#frozen = false;
    for (const pair of [...this.#pairs]) {
      if (!pair.silent) continue;
      pair.silent = false;
      if (pair.near.destroyed || pair.far?.destroyed) this.#end(pair);
      else if (pair.far === undefined) this.#connect(pair);
      else this.#join(pair.near, pair.far);
    }
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  #accept(near: Socket): void {
    const pair: Pair = { near, far: undefined, silent: this.#frozen };
    this.#pairs.add(pair);
    this.#watch(pair, near);
    near.pause();
    if (!pair.silent) this.#connect(pair);
  }

  #connect(pair: Pair): void {
    pair.far = connect(this.target);
    this.#watch(pair, pair.far);
    this.#join(pair.near, pair.far);
  }

  #watch(pair: Pair, socket: Socket): void {
    socket.setNoDelay(true);
    // Why it closed does not matter.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const both = pair.near.destroyed && (pair.far?.destroyed ?? true);
      if (!pair.silent || both) this.#end(pair);
    });
  }

  #join(near: Socket, far: Socket): void {
    near.pipe(far);
    far.pipe(near);
  }

  #silence(pair: Pair): void {
    pair.silent = true;
    const { near, far } = pair;
    if (far === undefined) return;
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.near.destroy();
    pair.far?.destroy();
  }
}
