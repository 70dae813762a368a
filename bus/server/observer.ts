import type { StoredEvent } from '../../common/events.js';
import type { PageReader } from './pages.js';

/** Where an observation goes, at the pace of whoever reads it. */
export interface ObserverSink {
  /** true: more may be sent at once */
  readonly hasRoom: boolean;
  /** resolves when there is room, or nobody reads any more */
  room(): Promise<void>;
  /** Sends the matching events; `position` is where the observation stands after them. */
  send(events: readonly StoredEvent[], position: number): void;
}

export interface ObserverOptions {
  /** undefined = every type */
  readonly eventTypes: readonly string[] | undefined;
  /** undefined = every key */
  readonly keys: readonly string[] | undefined;
  /** position after which to begin */
  readonly after: number;
  /** events in one frame */
  readonly pageLimit: number;
  readonly pages: Pick<PageReader, 'page'>;
  readonly sink: ObserverSink;
  /** position of the newest event reported by `committed` */
  readonly head: () => number;
  /** the store could not be read; the observation has ended */
  readonly failed: (error: unknown) => void;
}

/**
 * A read-only live tail of the log. It is either *catching up*: reading pages from the store as fast as its session takes them; or *live*: fed
 * from what is committed. A slow session falls back to catching up, so it costs no memory.
 *
 * Invariant: every matching event up to `#position` was sent, once; none above it.
 */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #types: ReadonlySet<string> | undefined;
  readonly #keys: ReadonlySet<string> | undefined;
  #position: number;
  #live = false;
  #closed = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#types = options.eventTypes && new Set(options.eventTypes);
    this.#keys = options.keys && new Set(options.keys);
    this.#position = options.after;
    void this.#catchUp();
  }

  /** Events that have just become durable, in log order. */
  committed(events: readonly StoredEvent[]): void {
    if (!this.#live || this.#closed) return;
    if (!this.#options.sink.hasRoom) {
      this.#live = false;
      void this.#catchUp();
      return;
    }
    const matching = events.filter((event) => event.position > this.#position && this.#matches(event));
    this.#position = Math.max(this.#position, events.at(-1)?.position ?? 0);
    if (matching.length > 0) this.#options.sink.send(matching, this.#position);
  }

  close(): void {
    this.#closed = true;
  }

  async #catchUp(): Promise<void> {
    const { sink, pages, pageLimit, head, eventTypes, failed } = this.#options;
    try {
      for (;;) {
        await sink.room();
        if (this.#closed) return;
        // whatever is durable now is in what the store reads next
        const durable = head();
        const page = await pages.page({
          ...(eventTypes !== undefined && { eventTypes }),
          after: this.#position,
          limit: pageLimit,
        });
        if (this.#closed) return;
        this.#position = page.end ? Math.max(page.next, durable) : page.next;
        this.#live = page.end && this.#position >= head();
        const matching = page.events.filter((event) => this.#matches(event));
        // the first frame of the live tail may be empty: it says where the client stands
        if (matching.length > 0 || this.#live) sink.send(matching, this.#position);
        if (this.#live) return;
      }
    } catch (error) {
      this.#closed = true;
      failed(error);
    }
  }

  #matches(event: StoredEvent): boolean {
    return (this.#types?.has(event.type) ?? true) && (this.#keys?.has(event.key) ?? true);
  }
}
