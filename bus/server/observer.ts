import type { StoredEvent } from '../../common/events.js';
import { encodeBusMessage } from '../../common/protocol/codec.js';
import { cursorOf } from '../../common/protocol/cursor.js';
import type { PageReader } from './pages.js';
import { fullEvent } from './wire.js';
import type { Writer } from './writer.js';

export interface ObserverOptions {
  /** undefined = every type */
  readonly eventTypes: readonly string[] | undefined;
  /** undefined = every key */
  readonly keys: readonly string[] | undefined;
  /** position after which to begin */
  readonly after: number;
  /** events in one frame */
  readonly pageLimit: number;
  readonly pages: PageReader;
  readonly writer: Writer;
  readonly logId: string;
  /** position of the newest event reported by `committed` */
  readonly head: () => number;
  /** the store could not be read; the observation has ended */
  readonly failed: (error: unknown) => void;
}

/**
 * A read-only live tail. It is either *catching up*: reading pages from the store as fast as its session takes them; or *live*: fed
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
    if (!this.#options.writer.hasRoom) {
      this.#live = false;
      void this.#catchUp();
      return;
    }
    const matching = events.filter((event) => event.position > this.#position && this.#matches(event));
    this.#position = Math.max(this.#position, events.at(-1)?.position ?? 0);
    if (matching.length > 0) this.#send(matching);
  }

  close(): void {
    this.#closed = true;
  }

  async #catchUp(): Promise<void> {
    const { writer, pages, pageLimit, head, eventTypes, failed } = this.#options;
    try {
      for (;;) {
        await writer.room();
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
        if (matching.length > 0 || this.#live) this.#send(matching);
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

  #send(events: readonly StoredEvent[]): void {
    const { writer, logId } = this.#options;
    writer.frame(
      encodeBusMessage({
        message_type: 'observed',
        events: events.map((event) => fullEvent(event, 'event', logId)),
        next: cursorOf(this.#position),
      }),
    );
  }
}
