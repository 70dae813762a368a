import type { Server } from 'node:http';

/** Counts the requests of a server that are not answered yet. WebSocket connections are not among them. */
export class RequestsUnderWay {
  #count = 0;
  #waiters: (() => void)[] = [];

  constructor(server: Server) {
    server.on('request', (_request, response) => {
      this.#count++;
      // Also when the caller has left.
      response.once('close', () => {
        this.#count--;
        if (this.#count === 0) for (const resolve of this.#waiters.splice(0)) resolve();
      });
    });
  }

  /** Resolves when there is none. */
  async none(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}
