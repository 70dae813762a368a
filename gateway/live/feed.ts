import type { Json } from '../../common/protocol/messages.js';
import { BoundedMap } from '../bounded-map.js';
import { type ServiceTopic, Update } from './update.js';
import type { Upstream } from './upstream.js';

/** One that follows a topic. Its cursor is that of the last update it was given, or has from elsewhere. */
export interface Watcher {
  cursor: number;
  readonly deliver: (update: Update) => void;
  /** called when no instance is in rotation any more; the watching goes on unless it is stopped */
  readonly away?: (() => void) | undefined;
}

/**
 * One topic, put together from the updates of all instances of its service, each of which tells only what it handled itself.
 *
 * Invariant: what a watcher is given has a higher cursor than anything before; in a gapless topic it is the next one. So nothing
 * is doubled and nothing left out, whichever instance says it first. What is missing is asked for: by subscribing again after the
 * lowest cursor of the watchers, which an instance answers from its state before it goes on live.
 */
export class Feed {
  readonly watchers = new Set<Watcher>();
  /** the newest, to go on with when the one before them arrives */
  readonly #recent: BoundedMap<number, Update>;
  /** an instance was asked for what is missing, and has not begun to answer */
  #asked: Upstream | undefined;
  #askAgain = false;
  #gapless: boolean;
  /** highest cursor after which an instance is subscribed */
  #from = Number.POSITIVE_INFINITY;
  /** cursor of the newest update that was heard */
  #newest = -1;

  constructor(
    readonly topic: ServiceTopic,
    recentMax: number,
    /** the instances that can be asked now */
    private readonly open: () => readonly Upstream[],
  ) {
    this.#recent = new BoundedMap(recentMax);
    this.#gapless = topic.gapless;
  }

  /**
   * Who has less than was asked for so far, as the first one does, is subscribed for everywhere. Who lacks only what has been heard
   * since is read for once; who has everything, as most do that come back, costs nothing.
   */
  add(watcher: Watcher): void {
    this.watchers.add(watcher);
    if (watcher.cursor < this.#from) {
      this.#from = watcher.cursor;
      for (const upstream of this.open()) this.subscribe(upstream);
      return;
    }
    if (this.#gapless) this.#advance(watcher);
    if (watcher.cursor < this.#newest) this.#catchUp();
  }

  /** At an instance that can be heard: for whatever happens there from now on, and whatever has happened that somebody lacks. */
  subscribe(upstream: Upstream): void {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { cursor } of this.watchers) lowest = Math.min(lowest, cursor);
    // It will not tell what is not above this, not even live: a client may name a cursor that there is not yet.
    this.#from = Math.max(this.#from, lowest);
    upstream.subscribe(this.topic.name, lowest);
  }

  /** An instance cannot be heard any more; it may have taken updates with it that are in the state. */
  lost(upstream: Upstream): void {
    if (this.#asked === upstream) this.#asked = undefined;
    this.#catchUp();
  }

  /** An instance cannot answer from its state now; whoever was asked has to be asked later. */
  refused(upstream: Upstream): void {
    if (this.#asked === upstream) this.#asked = undefined;
  }

  subscribed(upstream: Upstream, resumed: boolean): void {
    // Who cannot tell what is missing must not be waited for.
    if (!resumed) this.#gapless = false;
    if (this.#asked !== upstream) return;
    this.#asked = undefined;
    if (!this.#askAgain) return;
    this.#askAgain = false;
    this.#catchUp();
  }

  receive(cursor: number, data: Json): void {
    let update = this.#recent.get(cursor);
    if (update === undefined) {
      update = new Update(cursor, data);
      this.#recent.set(cursor, update);
    }
    this.#newest = Math.max(this.#newest, cursor);
    let missing = false;
    for (const watcher of this.watchers) {
      if (this.#gapless) this.#advance(watcher);
      else give(watcher, update);
      missing ||= watcher.cursor < cursor;
    }
    if (missing) this.#catchUp();
  }

  /** Gives a watcher what follows its cursor, as far as it is here. */
  #advance(watcher: Watcher): void {
    for (;;) {
      const next = this.#recent.get(watcher.cursor + 1);
      if (next === undefined) return;
      give(watcher, next);
    }
  }

  /** One question at a time; what comes up meanwhile is asked after it. */
  #catchUp(): void {
    if (this.watchers.size === 0) return;
    if (this.#asked !== undefined) {
      this.#askAgain = true;
      return;
    }
    const [upstream] = this.open();
    // Where nobody can be asked, whoever comes back will be.
    if (upstream === undefined) return;
    this.#asked = upstream;
    this.subscribe(upstream);
  }
}

function give(watcher: Watcher, update: Update): void {
  if (update.cursor <= watcher.cursor) return;
  watcher.cursor = update.cursor;
  watcher.deliver(update);
}
