import type { FastifyInstance } from 'fastify';
import type { StoredEvent } from '../../../common/events.js';
import { rfc3339 } from '../../../common/protocol/times.js';
import type { Refusal } from '../../core/types.js';
import { readFilterOf } from '../query-filter.js';
import type { HttpContext } from './context.js';
import { pageConditions, pageMembers } from './events.js';
import { HttpError } from './http-error.js';
import { Parameters } from './parameters.js';
import { pathVariable, sendJson, serve } from './routes.js';

/** `/keys` and `/keys/{key}`: consistency keys, their values, who was refused between them, and who holds them. */
export function keyRoutes(app: FastifyInstance, context: HttpContext): void {
  const { store, pages, views, limits } = context;

  serve(app, '/keys', {
    GET: async (request) => {
      const parameters = new Parameters(request.query, ['prefix', 'after', 'limit']);
      const limit = parameters.integer('limit', 1, limits.queryLimitMax) ?? limits.queryLimitDefault;
      const prefix = parameters.text('prefix');
      const after = parameters.text('after');
      const found = await store.keys({
        ...(prefix !== undefined && { prefix }),
        ...(after !== undefined && { after }),
        // one more than asked for tells whether there is a next page
        limit: limit + 1,
      });
      const keys = found.slice(0, limit);
      return {
        keys: keys.map(({ key, state }) => ({ key, head: state.head, last_of_type: state.lastOfType })),
        ...(found.length > limit && { next: keys.at(-1)?.key }),
      };
    },
  });

  serve(app, '/keys/:key', {
    GET: async (request, reply) => {
      const parameters = new Parameters(request.query, ['after', 'limit']);
      const key = pathVariable(request, 'key');
      const state = store.keyState(key);
      const refusals = views.refusals(key);
      if (state === undefined && refusals.length === 0) {
        throw new HttpError('not_found', 'there is no event of this key');
      }
      const page = await pages.page(
        readFilterOf({ event_types: ['*'], key, ...pageConditions(parameters, context) }, limits),
      );
      const overview = JSON.stringify({
        key,
        head: state?.head ?? -1,
        last_of_type: state?.lastOfType ?? {},
        holders: holdersOf(key, context),
        refused: refusals.filter((refusal) => isWithin(refusal, page.events, page.end)).map(refusalJson),
      });
      return sendJson(reply, `${overview.slice(0, -1)},${pageMembers(page, context)}}`);
    },
  });
}

/** Client types whose instance has the key, with the session that has it. */
function holdersOf(key: string, { views }: HttpContext): { client_type: string; session_id: number }[] {
  return views.services().flatMap(({ clientType }) => {
    const sessionId = views.holder(clientType, key);
    return sessionId === undefined ? [] : [{ client_type: clientType, session_id: sessionId }];
  });
}

/** An attempt stands behind the value that was the head when it was refused; it is shown on the page of that value. */
function isWithin({ head }: Refusal, events: readonly StoredEvent[], isLastPage: boolean): boolean {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return head === -1;
  return (head >= first.value || first.value === 0) && (head <= last.value || isLastPage);
}

function refusalJson({ time, type, sender, sessionId, expect, head }: Refusal): Record<string, unknown> {
  return { after_value: head, time: rfc3339(time), event_type: type, expect, sender, session_id: sessionId };
}
