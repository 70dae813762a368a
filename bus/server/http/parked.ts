import type { FastifyInstance, FastifyRequest } from 'fastify';
import { positionOf } from '../../../common/protocol/cursor.js';
import { rfc3339 } from '../../../common/protocol/times.js';
import type { ParkedRecord } from '../../store/event-store.js';
import type { HttpContext } from './context.js';
import { eventAt, eventJson } from './events.js';
import { badField, HttpError } from './http-error.js';
import { Parameters, pageOf } from './parameters.js';
import { pathVariable, sendJson, serve } from './routes.js';

/** `/parked`: events that an operator has to decide about, and the decisions. An id is `<client type>:<position>`. */
export function parkedRoutes(app: FastifyInstance, context: HttpContext): void {
  const { views, store, limits, operators } = context;

  serve(app, '/parked', {
    GET: async (request, reply) => {
      const parameters = new Parameters(request.query, ['after', 'limit']);
      const after = parameters.text('after');
      const from = after === undefined ? undefined : parkedId('after', after);
      const limit = parameters.integer('limit', 1, limits.queryLimitMax) ?? limits.queryLimitDefault;
      const parked = views.parked();
      const page = pageOf(
        [...parked].sort(byPlace),
        idOf,
        (one) => from === undefined || byPlace(one, from) > 0,
        limit,
      );
      const items = await Promise.all(page.items.map((one) => parkedJson(one)));
      const next = page.next === undefined ? '' : `,"next":${JSON.stringify(page.next)}`;
      return sendJson(reply, `{"parked":[${items.join(',')}],"total":${parked.length}${next}}`);
    },
  });

  serve(app, '/parked/:id/retry', {
    POST: async (request) => decide(parkedId('id', pathVariable(request, 'id')), { decision: 'retry' }),
  });

  serve(app, '/parked/:id/skip', {
    POST: async (request) =>
      decide(parkedId('id', pathVariable(request, 'id')), { decision: 'skip', reason: reasonOf(request) }),
  });

  serve(app, '/skips', {
    GET: async (request) => {
      const parameters = new Parameters(request.query, ['limit']);
      const limit = parameters.integer('limit', 1, limits.queryLimitMax) ?? limits.queryLimitDefault;
      const skips = await store.skips(limit);
      return {
        skips: skips.map((skip) => ({ id: idOf(skip), reason: skip.reason, time: rfc3339(skip.time) })),
      };
    },
  });

  async function decide(
    { clientType, position }: Place,
    decision: { decision: 'retry' } | { decision: 'skip'; reason: string },
  ): Promise<object> {
    const refused = await operators.decide({ clientType, position, ...decision });
    if (refused !== undefined) throw new HttpError(refused.code, refused.message);
    return { id: idOf({ clientType, position }), ...decision };
  }

  function reasonOf({ body }: FastifyRequest): string {
    const reason = (body as { reason?: unknown } | null | undefined)?.reason;
    if (reason === undefined || reason === '') throw new HttpError('reason_required');
    if (typeof reason !== 'string') throw badField('reason', 'must be a text');
    if (Buffer.byteLength(reason) > limits.errorTextBytesMax) {
      throw badField('reason', `must have at most ${limits.errorTextBytesMax} bytes`);
    }
    return reason;
  }

  async function parkedJson(parked: ParkedRecord): Promise<string> {
    const event = await eventAt(store, parked.position);
    const members = JSON.stringify({
      id: idOf(parked),
      client_type: parked.clientType,
      error: parked.error,
      attempts: parked.attempts,
      first_failure: rfc3339(parked.firstFailure),
      parked_at: rfc3339(parked.time),
    });
    return `${members.slice(0, -1)},"event":${event === undefined ? 'null' : eventJson(event, context)}}`;
  }
}

interface Place {
  readonly clientType: string;
  readonly position: number;
}

function idOf({ clientType, position }: Place): string {
  return `${clientType}:${position}`;
}

/** A client type may contain colons, a position does not. */
function parkedId(field: string, id: string): Place {
  const colon = id.lastIndexOf(':');
  const position = positionOf(id.slice(colon + 1));
  if (colon < 1 || position === undefined) throw badField(field, 'must be <client type>:<position>');
  return { clientType: id.slice(0, colon), position };
}

function byPlace(a: Place, b: Place): number {
  return a.position - b.position || (a.clientType < b.clientType ? -1 : a.clientType > b.clientType ? 1 : 0);
}
