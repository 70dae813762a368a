/** Clients that take part badly: they hold sockets, trickle bytes, never read. All of one end together. */
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

const BYTE_EVERY_MS = 1000;

export class Noise {
  readonly #sockets: Socket[] = [];
  readonly #drips: NodeJS.Timeout[] = [];

  constructor(readonly port: number) {}

  /** Sockets that are opened, say this and no more, and are never read. */
  async silent(count: number, text = ''): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#open(text)));
  }

  /** Says the first text at once, and the second one byte each second, from the beginning again when it is over. */
  async dripping(count: number, first: string, then: string): Promise<void> {
    const bytes = Buffer.from(then, 'latin1');
    for (let n = 0; n < count; n += 1) {
      const socket = await this.#open(first);
      let at = 0;
      this.#drips.push(
        setInterval(() => {
          if (socket.writable) socket.write(bytes.subarray(at % bytes.length, (at % bytes.length) + 1));
          at += 1;
        }, BYTE_EVERY_MS),
      );
    }
  }

  end(): void {
    for (const drip of this.#drips) clearInterval(drip);
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #open(text: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.pause();
        if (text !== '') socket.write(text, 'latin1');
        resolve(socket);
      });
      socket.once('error', reject);
      // later it may be cut off: that is what the other side is for
      socket.on('error', () => undefined);
      this.#sockets.push(socket);
    });
  }
}

/** The request of a client that wants a WebSocket. */
export const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

/** A text frame as a client sends it, masked with zeros. */
export function textFrame(text: string): string {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 0xff];
  return Buffer.from([...head, 0, 0, 0, 0, ...Buffer.from(text)]).toString('latin1');
}

/** Open files and sockets of a process; only Linux tells. */
export function handlesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** How many sockets may be opened here, leaving some for everything else, and at most this many. */
export function socketsAllowed(wanted: number): number {
  const [, limit] = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  const allowed = Math.min(wanted, Number(limit ?? 1024) - 500);
  if (allowed < wanted)
    process.stderr.write(`only ${allowed} sockets instead of ${wanted}: ulimit -n is ${limit}\n`);
  return allowed;
}
