import type { StoredEvent } from '../../common/events.js';
import { cursorOf } from '../../common/protocol/cursor.js';
import type { Limits } from '../../common/protocol/limits.js';
import type { QueryMessage } from '../../common/protocol/messages.js';
import type { ReadFilter } from '../store/event-store.js';
import type { PageReader } from './pages.js';
import { readFilterOf } from './query-filter.js';
import { eventText, type Form } from './wire-text.js';

/** Who asks. */
export interface Asker {
  /** undefined if it has not registered */
  readonly clientType: string | undefined;
  /** understands pages */
  readonly paging: boolean;
  /** of the events that it is given in pages */
  readonly form: Exclude<Form, 'base'>;
}

export interface QueryContext {
  readonly pages: PageReader;
  readonly limits: Limits;
  readonly logId: string;
  /** position of the newest durable event */
  readonly head: () => number;
  /** Resolves when the fate of everything that waits for the store now is known. */
  readonly settled: () => Promise<void>;
}

/**
 * The filter of a query. A base client of a registered type gets only what its type has acknowledged: what is still owed comes to
 * it by delivery, so each event reaches it once, and what was skipped for it had no effect there. Newer clients say so themselves
 * (`acknowledged_only`).
 * @throws ConditionError
 */
export function filterOfQuery(query: QueryMessage, asker: Asker, limits: Limits): ReadFilter {
  const filter = readFilterOf(query, limits);
  const { clientType } = asker;
  if (clientType === undefined) return filter;
  if (query.acknowledged_only ?? !asker.paging)
    return { ...filter, notOwedTo: clientType, notSkippedBy: clientType };
  return query.without_skipped ? { ...filter, notSkippedBy: clientType } : filter;
}

/** One page, as the frame that answers the query. */
export async function rebuildPage(
  query: QueryMessage,
  filter: ReadFilter,
  form: Form,
  { pages, head, logId }: QueryContext,
): Promise<string> {
  const { events, next, end } = await pages.page(filter);
  const texts = events.map((event) => eventText(event, form, 'rebuild', logId));
  const id = query.query_id === undefined ? '' : `,"query_id":${JSON.stringify(query.query_id)}`;
  const more = end ? '' : `,"next":"${cursorOf(next)}"`;
  return `{"message_type":"rebuild"${id}${more},"head":"${cursorOf(head())}","events":[${texts.join(',')}]}`;
}

/**
 * Everything that matches as one message, in pieces: base clients know no pages, and the whole may be larger than memory. It is what
 * was durable when it was asked for.
 */
export function rebuildWhole(
  filter: ReadFilter,
  { pages, head, logId }: QueryContext,
): AsyncIterable<string> {
  const { limit: _, ...everything } = filter;
  return inPieces(pages.pages({ ...everything, upTo: head() }), logId);
}

async function* inPieces(
  pages: AsyncIterable<readonly StoredEvent[]>,
  logId: string,
): AsyncGenerator<string> {
  yield '{"message_type":"rebuild","events":[';
  let separator = '';
  for await (const events of pages) {
    const texts = events.map((event) => eventText(event, 'base', 'rebuild', logId));
    yield separator + texts.join(',');
    separator = ',';
  }
  yield ']}';
}

/** Part of an observation, as a frame; `position` is where the observation stands after it. */
export function observedFrame(
  events: readonly StoredEvent[],
  position: number,
  form: Form,
  logId: string,
): string {
  const texts = events.map((event) => eventText(event, form, 'event', logId));
  return `{"message_type":"observed","next":"${cursorOf(position)}","events":[${texts.join(',')}]}`;
}
