import type { Update } from '../types.js';
import { encodeUpdate } from './messages.js';

/** An update on its way: turned into bytes once, when the first subscriber takes it. */
export class Outgoing {
  #frame: Buffer | undefined;

  constructor(private readonly update: Update) {}

  get cursor(): number {
    return this.update.cursor;
  }

  get frame(): Buffer {
    this.#frame ??= encodeUpdate(this.update);
    return this.#frame;
  }
}

/** The way to the client, as a subscription sees it. */
export interface Outlet {
  send(frame: Buffer): void;
  /** Resolves when the client has taken most of what was sent, or is gone. */
  room(): Promise<void>;
}

/** Gives a page of what followed a cursor, from the state. */
export type ReadPage = (after: number) => Promise<readonly Omit<Update, 'topic'>[]>;

/** Live updates that wait while older ones are read; above it they are read too. */
const HELD_MAX = 256;

/**
 * One topic at one socket. Invariant: cursors sent grow strictly; between the cursor it was resumed from and the newest sent,
 * nothing of the state is missing.
 *
 * While it resumes, live updates are held. An update is published after its commit, so whatever is not held yet when a page
 * is read stands in the state by the time the page is: pages until one is empty, then what is held and above, has no gap.
 */
export class Subscription {
  #last: number;
  #held: Outgoing[] | undefined;
  #overflowed = false;
  #ended = false;

  constructor(
    readonly topic: string,
    private readonly outlet: Outlet,
    after: number | undefined,
  ) {
    this.#last = after ?? Number.NEGATIVE_INFINITY;
  }

  live(update: Outgoing): void {
    if (!this.#held) this.#send(update);
    else if (this.#held.length < HELD_MAX) this.#held.push(update);
    else {
      this.#held = [];
      this.#overflowed = true;
    }
  }

  /** From now on live updates are held, until `resume` has ended. */
  hold(): void {
    this.#held = [];
  }

  /**
   * Sends everything from the state, then what was held.
   * @param begun called when the first page is there: nothing was sent before
   */
  async resume(read: ReadPage, begun: () => void): Promise<void> {
    for (let first = true; ; first = false) {
      this.#overflowed = false;
      const page = await read(this.#last);
      if (this.#ended) return;
      if (first) begun();
      await this.#sendAll(page);
      if (page.length === 0 && !this.#overflowed) break;
    }
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const update of held) this.#send(update);
  }

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
    this.#held = undefined;
  }

  async #sendAll(page: Awaited<ReturnType<ReadPage>>): Promise<void> {
    for (const { cursor, data } of page) {
      if (this.#ended) return;
      this.#send(new Outgoing({ topic: this.topic, cursor, data }));
      await this.outlet.room();
    }
  }

  #send(update: Outgoing): void {
    if (this.#ended || update.cursor <= this.#last) return;
    this.#last = update.cursor;
    this.outlet.send(update.frame);
  }
}
