import { once } from 'node:events';
import { WebSocket } from 'ws';

type Frame = Readonly<Record<string, unknown>>;

/** A WebSocket client that keeps what it is told. */
export class Listener {
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (frame) => this.frames.push(JSON.parse(String(frame))));
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<Listener> {
    const listener = new Listener(new WebSocket(url.replace(/^http/, 'ws'), { headers }));
    await once(listener.socket, 'open');
    return listener;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The frames with these fields, so far. */
  with(fields: Readonly<Record<string, unknown>>): Frame[] {
    return this.frames.filter((frame) =>
      Object.entries(fields).every(([name, value]) => (frame as Record<string, unknown>)[name] === value),
    );
  }

  close(): void {
    this.socket.terminate();
  }
}
