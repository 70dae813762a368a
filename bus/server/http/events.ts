import type { FastifyInstance } from 'fastify';
import type { StoredEvent } from '../../../common/events.js';
import { cursorOf, positionOf } from '../../../common/protocol/cursor.js';
import type { Page } from '../../store/event-store.js';
import type { NewestPage } from '../newest-first.js';
import { type Conditions, cursorPosition, readFilterOf } from '../query-filter.js';
import { eventText } from '../wire-text.js';
import type { HttpContext } from './context.js';
import { badField, HttpError } from './http-error.js';
import { Parameters } from './parameters.js';
import { pathVariable, sendJson, serve } from './routes.js';

/** `/events` (conditions as in a query), `/events/stream`, `/events/{position}`, `/correlations/{id}`: the log, to be read. */
export function eventRoutes(app: FastifyInstance, context: HttpContext): void {
  const { store, pages, limits } = context;

  serve(app, '/events', {
    GET: async (request, reply) => {
      const parameters = new Parameters(request.query, CONDITIONS);
      const filter = readFilterOf(conditionsOf(parameters, context), limits);
      const upTo = endOf(parameters, context.head());
      if (orderOf(parameters) === 'newest')
        return sendJson(reply, newestJson(await pages.newest({ ...filter, upTo }), context));
      return sendJson(reply, pageJson(await pages.page({ ...filter, upTo }), context));
    },
  });

  serve(app, '/events/stream', {
    GET: async (request, reply) => {
      const parameters = new Parameters(request.query, ['event_types', 'after']);
      const types = parameters.list('event_types') ?? ['*'];
      const asked = parameters.text('after');
      const after = asked === undefined ? context.head() : cursorPosition('after', asked);
      if (after > context.head()) throw badField('after', 'is beyond the newest event of this log');
      // The app's own limits of time and the answer's form do not apply to what has no end.
      reply.hijack();
      context.streams.add(
        reply.raw,
        {
          eventTypes: types.includes('*') ? undefined : types,
          keys: undefined,
          after,
          pageLimit: limits.queryLimitDefault,
          pages,
          head: context.head,
        },
        (event) => eventJson(event, context),
      );
    },
  });

  serve(app, '/events/:position', {
    GET: async (request, reply) => {
      const position = positionOf(pathVariable(request, 'position'));
      if (position === undefined) throw badField('position', 'must be the position of an event');
      const event = await eventAt(store, position);
      if (event === undefined) throw new HttpError('not_found', `there is no event at position ${position}`);
      return sendJson(reply, eventJson(event, context));
    },
  });

  serve(app, '/correlations/:id', {
    GET: async (request, reply) => {
      const parameters = new Parameters(request.query, ['after', 'limit']);
      const correlation = pathVariable(request, 'id');
      const page = await pages.page(
        readFilterOf({ event_types: ['*'], correlation, ...pageConditions(parameters, context) }, limits),
      );
      if (page.events.length === 0 && parameters.text('after') === undefined) {
        throw new HttpError('not_found', 'no event has this correlation');
      }
      return sendJson(reply, pageJson(page, context));
    },
  });
}

/** The conditions that say which part of a list is asked for. */
export function pageConditions(
  parameters: Parameters,
  { limits }: Pick<HttpContext, 'limits'>,
): Pick<Conditions, 'after' | 'limit'> {
  const after = parameters.text('after');
  const limit = parameters.integer('limit', 1, limits.queryLimitMax);
  return { ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) };
}

/** The event at a position, or undefined. */
export async function eventAt(
  store: HttpContext['store'],
  position: number,
): Promise<StoredEvent | undefined> {
  if (position < 1) return undefined;
  const { events } = await store.read({ after: position - 1, upTo: position, limit: 1 });
  return events[0];
}

/**
 * An event as JSON text, in the form of the wire with all additions. Of a masked event everybody may know that it happened,
 * and nobody here what it says: its `data` is null and it has `masked`.
 */
export function eventJson(
  event: StoredEvent,
  { logId, rights }: Pick<HttpContext, 'logId' | 'rights'>,
): string {
  if (!rights.masked.has(event.type)) return eventText(event, 'full', 'event', logId);
  const text = eventText({ ...event, data: 'null' }, 'full', 'event', logId);
  return `${text.slice(0, -1)},"masked":true}`;
}

/** `"events":[…]` and, unless the page is the last, `"next":"…"`: the members of a JSON object, without its braces. */
export function pageMembers(
  { events, next, end }: Page,
  context: Pick<HttpContext, 'logId' | 'rights'>,
): string {
  return members(events, end ? undefined : next, context);
}

function members(
  events: readonly StoredEvent[],
  next: number | undefined,
  context: Pick<HttpContext, 'logId' | 'rights'>,
): string {
  const texts = events.map((event) => eventJson(event, context)).join(',');
  return `"events":[${texts}]${next === undefined ? '' : `,"next":${JSON.stringify(cursorOf(next))}`}`;
}

function newestJson({ events, before }: NewestPage, context: HttpContext): string {
  return `{${members(events, before, context)}}`;
}

function pageJson(page: Page, context: HttpContext): string {
  return `{${pageMembers(page, context)}}`;
}

const CONDITIONS = [
  'event_types',
  'since',
  'until',
  'after',
  'before',
  'order',
  'key',
  'correlation',
  'session_id',
  'limit',
] as const;

function orderOf(parameters: Parameters): 'oldest' | 'newest' {
  const order = parameters.text('order') ?? 'oldest';
  if (order !== 'oldest' && order !== 'newest') throw badField('order', 'must be oldest or newest');
  return order;
}

/** Position of the last event that may be told: the one below `before`, at most the newest durable one. */
function endOf(parameters: Parameters, head: number): number {
  const before = parameters.text('before');
  return before === undefined ? head : Math.min(head, cursorPosition('before', before) - 1);
}

function conditionsOf(parameters: Parameters, context: HttpContext): Conditions {
  const texts = { since: '', until: '', key: '', correlation: '' };
  const given = Object.keys(texts).map((name) => [name, parameters.text(name)] as const);
  const sessionId = parameters.integer('session_id', 0, Number.MAX_SAFE_INTEGER);
  return {
    event_types: [...(parameters.list('event_types') ?? ['*'])],
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    ...pageConditions(parameters, context),
    ...(sessionId !== undefined && { session_id: sessionId }),
  };
}
