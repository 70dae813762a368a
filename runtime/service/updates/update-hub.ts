import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Logger } from '../../../common/log.js';
import type { Update, UpdateSink } from '../types.js';
import type { ResumeReader } from './resume-reader.js';
import { Outgoing, type Subscription } from './subscription.js';
import { WATCHER_LIMITS, Watcher, type WatcherLimits } from './watcher.js';

/** Sockets; each costs some KiB. */
const WATCHERS_MAX = 10_000;
/** How long a stop waits until clients have answered the closing of their sockets. */
const CLOSE_MS_MAX = 1_000;

export interface UpdateHubOptions {
  readonly reader: ResumeReader;
  readonly log: Logger;
  readonly limits?: Partial<WatcherLimits>;
}

/**
 * Hands the updates of this instance to the sockets that watch their topics: who watches what is all it knows. What nobody
 * watches costs a look-up; what many watch is turned into bytes once.
 */
export class UpdateHub implements UpdateSink {
  readonly #topics = new Map<string, Set<Subscription>>();
  readonly #watchers = new Set<Watcher>();
  /** of ended watchers, whose sockets are still being closed */
  readonly #closing = new Map<WebSocket, Promise<void>>();
  #closed = false;

  constructor(private readonly options: UpdateHubOptions) {}

  get full(): boolean {
    return this.#closed || this.#watchers.size >= WATCHERS_MAX;
  }

  counters(): Readonly<Record<string, number>> {
    return { watchers_running: this.#watchers.size };
  }

  publish(updates: readonly Update[]): void {
    for (const update of updates) {
      const subscriptions = this.#topics.get(update.topic);
      if (!subscriptions) continue;
      const outgoing = new Outgoing(update);
      for (const subscription of subscriptions) subscription.live(outgoing);
    }
  }

  interrupted(): void {
    for (const watcher of this.#watchers) watcher.close('rebuilding');
  }

  /** @param connection the connection below the WebSocket */
  watch(socket: WebSocket, connection: Duplex): void {
    const { log, limits, reader } = this.options;
    const watcher = new Watcher(socket, connection, {
      log,
      limits: { ...WATCHER_LIMITS, ...limits },
      reader: (topic) => reader.reader(topic),
      add: (subscription) => this.#add(subscription),
      remove: (subscription) => this.#remove(subscription),
      ended: () => this.#watchers.delete(watcher),
    });
    this.#watchers.add(watcher);
    this.#closing.set(
      socket,
      new Promise((resolve) => {
        socket.once('close', () => {
          this.#closing.delete(socket);
          resolve();
        });
      }),
    );
  }

  /** To be called when nothing is published any more: who is told to go resumes elsewhere, and has to find everything there. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.close('shutting_down');
    const cutOff = setTimeout(() => {
      for (const socket of this.#closing.keys()) socket.terminate();
    }, CLOSE_MS_MAX);
    await Promise.all(this.#closing.values());
    clearTimeout(cutOff);
  }

  #add(subscription: Subscription): void {
    const { topic } = subscription;
    const subscriptions = this.#topics.get(topic);
    if (subscriptions) subscriptions.add(subscription);
    else this.#topics.set(topic, new Set([subscription]));
  }

  #remove(subscription: Subscription): void {
    const subscriptions = this.#topics.get(subscription.topic);
    subscriptions?.delete(subscription);
    if (subscriptions?.size === 0) this.#topics.delete(subscription.topic);
  }
}
