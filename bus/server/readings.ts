import type { ErrorCode } from '../../common/errors.js';
import type { StoredEvent } from '../../common/events.js';
import type { ErrorMessage, ObserveMessage, QueryMessage } from '../../common/protocol/messages.js';
import { Observer } from './observer.js';
import {
  type Asker,
  filterOfQuery,
  observedFrame,
  type QueryContext,
  rebuildPage,
  rebuildWhole,
} from './queries.js';
import { ConditionError, cursorPosition } from './query-filter.js';
import { QueryLine } from './query-line.js';
import type { Writer } from './writer.js';

export interface ReadingsOptions {
  readonly context: QueryContext;
  readonly queriesWaitingMax: number;
  readonly writer: Writer;
  readonly asker: () => Asker;
  readonly refuse: (error: ErrorMessage) => void;
}

/** What one session reads from the log: its queries, one after the other, and its live tail (one; a new one replaces it). */
export class Readings {
  readonly #options: ReadingsOptions;
  readonly #queries: QueryLine;
  #observer: Observer | undefined;

  constructor(options: ReadingsOptions) {
    this.#options = options;
    this.#queries = new QueryLine(options.queriesWaitingMax, (query) => this.#answer(query));
  }

  query(query: QueryMessage): void {
    if (!this.#queries.add(query)) this.#refuseQuery(query, 'overloaded', 'too many queries wait');
  }

  observe({ event_types: types, keys, after }: ObserveMessage): void {
    const { context, writer, asker } = this.#options;
    this.#observer?.close();
    this.#observer = undefined;
    const position = after === undefined ? context.head() : this.#beginning(after);
    if (position === undefined) return;
    this.#observer = new Observer({
      eventTypes: types.includes('*') ? undefined : types,
      keys,
      after: position,
      pageLimit: context.limits.queryLimitDefault,
      pages: context.pages,
      sink: {
        get hasRoom() {
          return writer.hasRoom;
        },
        room: () => writer.room(),
        send: (events, next) => writer.frame(observedFrame(events, next, asker().form, context.logId)),
      },
      head: context.head,
      failed: () =>
        this.#refuseObserve('store_unavailable', 'the event store cannot be read; observe again from `next`'),
    });
  }

  /** True while a registration is unanswered: queries wait for it. */
  hold(held: boolean): void {
    this.#queries.hold(held);
  }

  /** Events have become durable. */
  committed(events: readonly StoredEvent[]): void {
    this.#observer?.committed(events);
  }

  close(): void {
    this.#observer?.close();
    this.#queries.close();
  }

  async #answer(query: QueryMessage): Promise<void> {
    const { context, writer, asker } = this.#options;
    const who = asker();
    // whoever names a query or a limit knows pages, registered or not
    const paging = who.paging || query.query_id !== undefined || query.limit !== undefined;
    try {
      const filter = filterOfQuery(query, { ...who, paging }, context.limits);
      // Whoever asks for what it has acknowledged finds what was acknowledged before, by whichever of its sessions.
      if (filter.notOwedTo !== undefined) await context.settled();
      if (paging) {
        await writer.room();
        writer.frame(await rebuildPage(query, filter, who.form, context));
      } else {
        await writer.stream(rebuildWhole(filter, context));
      }
    } catch (error) {
      if (error instanceof ConditionError) this.#refuseQuery(query, 'bad_message', error.message);
      else this.#refuseQuery(query, 'store_unavailable', 'the event store cannot be read');
    }
  }

  /** The position after which to observe; refuses what is not a cursor of this log. */
  #beginning(after: string): number | undefined {
    try {
      const position = cursorPosition('after', after);
      if (position <= this.#options.context.head()) return position;
      throw new ConditionError('after', 'is beyond the newest event of this log');
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      this.#refuseObserve('bad_message', error.message);
      return undefined;
    }
  }

  #refuseQuery(query: QueryMessage, code: ErrorCode, message: string): void {
    const about = {
      message_type: 'query',
      ...(query.query_id !== undefined && { query_id: query.query_id }),
    };
    this.#options.refuse({ message_type: 'error', code, message, about });
  }

  #refuseObserve(code: ErrorCode, message: string): void {
    this.#options.refuse({ message_type: 'error', code, message, about: { message_type: 'observe' } });
  }
}
