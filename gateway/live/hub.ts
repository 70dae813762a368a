import type { Logger } from '../../common/log.js';
import type { Directory } from '../discovery/directory.js';
import type { Settings } from '../settings.js';
import { Feed, type Watcher } from './feed.js';
import type { ServiceTopic, Update } from './update.js';
import { Upstream } from './upstream.js';

/** How to stop watching. */
export type Unwatch = () => void;

/**
 * Everything that is watched at services: one feed per topic, and one connection per instance of each client type that has been
 * watched. Thousands who watch one account are one subscription at each instance.
 */
export class Hub {
  readonly #feeds = new Map<string, Map<string, Feed>>();
  readonly #upstreams = new Map<string, Upstream>();
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #stopListening: () => void;

  constructor(
    private readonly directory: Directory,
    private readonly settings: Settings,
    private readonly log: Logger,
  ) {
    this.#stopListening = directory.onChange(() => {
      this.#follow();
      this.#tellAway();
    });
  }

  /** Topics that are watched now. */
  get topics(): number {
    let count = 0;
    for (const feeds of this.#feeds.values()) count += feeds.size;
    return count;
  }

  /** Delivers every update of the topic above `after` (-1: all there are), once and in order, until it is told to stop. */
  watch(
    topic: ServiceTopic,
    after: number,
    deliver: (update: Update) => void,
    away?: Watcher['away'],
  ): Unwatch {
    const feed = this.#feed(topic);
    const watcher: Watcher = { cursor: after, deliver, away };
    feed.add(watcher);
    return () => {
      feed.watchers.delete(watcher);
      if (feed.watchers.size === 0) this.#end(feed);
    };
  }

  /** Whether an instance of it is in rotation: without one nobody can tell anything. */
  serves(clientType: string): boolean {
    return this.directory.all().some((instance) => instance.healthy && instance.clientType === clientType);
  }

  close(): void {
    this.#stopListening();
    for (const timer of this.#retries) clearTimeout(timer);
    for (const upstream of this.#upstreams.values()) upstream.close();
    this.#upstreams.clear();
    this.#feeds.clear();
  }

  #feed(topic: ServiceTopic): Feed {
    const { clientType, name } = topic;
    let feeds = this.#feeds.get(clientType);
    if (feeds === undefined) {
      feeds = new Map();
      this.#feeds.set(clientType, feeds);
      this.#follow();
    }
    let feed = feeds.get(name);
    if (feed === undefined) {
      feed = new Feed(topic, this.settings.recentUpdates, () => this.#open(clientType));
      feeds.set(name, feed);
    }
    return feed;
  }

  #end({ topic: { clientType, name } }: Feed): void {
    this.#feeds.get(clientType)?.delete(name);
    for (const upstream of this.#open(clientType)) upstream.unsubscribe(name);
  }

  /** Those that are in rotation first: they can be asked for what is missing. */
  #open(clientType: string): readonly Upstream[] {
    return [...this.#upstreams.values()]
      .filter(({ instance, isOpen }) => isOpen && instance.clientType === clientType)
      .sort((a, b) => Number(b.instance.healthy) - Number(a.instance.healthy));
  }

  /** A connection for every instance that is known, whether it gets requests or not: it may have something to tell. */
  #follow(): void {
    const instances = new Set(this.directory.all().filter(({ clientType }) => this.#feeds.has(clientType)));
    for (const [url, upstream] of this.#upstreams) {
      if (instances.delete(upstream.instance)) continue;
      upstream.close();
      this.#upstreams.delete(url);
      this.#each(upstream, (feed) => feed.lost(upstream));
    }
    for (const instance of instances) this.#upstreams.set(instance.url, this.#upstream(instance));
  }

  #tellAway(): void {
    for (const [clientType, feeds] of this.#feeds) {
      if (this.serves(clientType)) continue;
      for (const feed of feeds.values()) for (const watcher of feed.watchers) watcher.away?.();
    }
  }

  #upstream(instance: Upstream['instance']): Upstream {
    const feedOf = (topic: string) => this.#feeds.get(instance.clientType)?.get(topic);
    return new Upstream(
      instance,
      this.settings,
      {
        opened: (upstream) => this.#each(upstream, (feed) => feed.subscribe(upstream)),
        lost: (upstream) => this.#each(upstream, (feed) => feed.lost(upstream)),
        subscribed: (upstream, topic, resumed) => feedOf(topic)?.subscribed(upstream, resumed),
        update: (topic, cursor, data) => feedOf(topic)?.receive(cursor, data),
        refused: (upstream, topic) => {
          feedOf(topic)?.refused(upstream);
          this.#later(() => upstream.isOpen && feedOf(topic)?.subscribe(upstream));
        },
      },
      this.log,
    );
  }

  #each({ instance }: Upstream, act: (feed: Feed) => void): void {
    for (const feed of this.#feeds.get(instance.clientType)?.values() ?? []) act(feed);
  }

  #later(act: () => void): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      act();
    }, this.settings.reconnectMaxMs);
    this.#retries.add(timer);
  }
}
