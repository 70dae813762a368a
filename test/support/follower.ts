/**
 * What a client of `WS /updates` has to do so that nothing of a gapless topic is lost or doubled: watch at every instance, keep
 * the highest cursor, drop what is not above it, and resume from it where an update shows a gap or an instance has gone.
 */
import { WebSocket } from 'ws';

export interface Seen {
  readonly cursor: number;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Heard extends Seen {
  readonly message_type: 'subscribed' | 'update' | 'error';
  readonly topic: string;
}

const PAUSE_MS = 50;

export class Follower {
  readonly #seen = new Map<string, Seen[]>();
  readonly #sockets = new Map<string, WebSocket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;
  /** updates that another instance, or a resume, had brought before */
  dropped = 0;
  /** connections that broke */
  lost = 0;

  /** @param urls of all instances; @param topics gapless, from cursor 1 */
  constructor(
    urls: readonly string[],
    private readonly topics: readonly string[],
  ) {
    for (const topic of topics) this.#seen.set(topic, []);
    for (const url of urls) this.#connect(`${url.replace('http', 'ws')}/updates`);
  }

  seen(topic: string): readonly Seen[] {
    return this.#seen.get(topic) ?? [];
  }

  get connected(): number {
    return [...this.#sockets.values()].filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  #connect(url: string): void {
    const socket = new WebSocket(url);
    let opened = false;
    this.#sockets.set(url, socket);
    socket.on('open', () => {
      opened = true;
      for (const topic of this.topics) this.#resume(socket, topic);
    });
    socket.on('message', (data) => this.#hear(socket, JSON.parse(String(data)) as Heard));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (opened) this.#gone();
      this.#later(() => this.#connect(url));
    });
  }

  /** What that instance has committed and did not get to tell stands in the state; any other one knows. */
  #gone(): void {
    this.lost++;
    for (const socket of this.#sockets.values())
      if (socket.readyState === WebSocket.OPEN) for (const topic of this.topics) this.#resume(socket, topic);
  }

  #hear(socket: WebSocket, { message_type: type, topic, cursor, data }: Heard): void {
    if (type === 'error') this.#later(() => this.#resume(socket, topic));
    if (type !== 'update') return;
    const seen = this.#seen.get(topic);
    const highest = seen?.at(-1)?.cursor ?? 0;
    if (cursor === highest + 1) seen?.push({ cursor, data });
    else if (cursor <= highest) this.dropped++;
    else this.#resume(socket, topic);
  }

  #resume(socket: WebSocket, topic: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    const after = this.seen(topic).at(-1)?.cursor ?? -1;
    socket.send(JSON.stringify({ message_type: 'subscribe', topic, after }));
  }

  #later(run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopped) run();
    }, PAUSE_MS);
    this.#timers.add(timer);
  }
}
