import type { FastifyInstance } from 'fastify';
import type { Counted, HourTotals, SlowestTraces } from '../../../common/pages/operator.js';
import { cursorOf } from '../../../common/protocol/cursor.js';
import { parseRfc3339 } from '../../../common/protocol/times.js';
import type { HttpContext } from './context.js';
import { badField } from './http-error.js';
import { Parameters, pageOf } from './parameters.js';
import { serve } from './routes.js';

/** How long an answer waits for the counting; a log that is longer is counted on behind it. */
const COUNT_MS = 1_000;

/** `/totals`, `/totals/hours`, `/totals/traces`: what the log comes to. */
export function totalsRoutes(app: FastifyInstance, context: HttpContext): void {
  const { store, views, limits, judged, counter } = context;

  serve(app, '/totals', {
    GET: async (request) => {
      const parameters = new Parameters(request.query, ['after', 'limit']);
      const after = parameters.text('after');
      const totals = Object.entries(await store.totals()).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      const page = pageOf(
        totals,
        ([type]) => type,
        ([type]) => after === undefined || type > after,
        limitOf(parameters),
      );
      return {
        head: cursorOf(views.head()),
        judged: judged(),
        totals: page.items.map(([type, count]) => ({ event_type: type, count })),
        next: page.next,
      };
    },
  });

  serve(app, '/totals/hours', {
    GET: async (request): Promise<HourTotals> => {
      const parameters = new Parameters(request.query, ['after', 'limit']);
      const asked = parameters.text('after');
      const after = asked === undefined ? undefined : parseRfc3339(asked);
      if (asked !== undefined && after === undefined) throw badField('after', 'must be an hour by RFC 3339');
      await counter.count(COUNT_MS);
      const { hours, more } = counter.hours.page(after, limitOf(parameters));
      const page = hours.map(({ hour, counts }) => ({
        hour: hourText(hour),
        counts: counts.map(({ type, sender, count }) => ({ event_type: type, sender, count })),
      }));
      return { ...howFar(), hours: page, ...(more && { next: page.at(-1)!.hour }) };
    },
  });

  serve(app, '/totals/traces', {
    GET: async (request): Promise<SlowestTraces> => {
      new Parameters(request.query, []);
      await counter.count(COUNT_MS);
      const traces = counter.traces
        .slowest()
        .map(({ correlation, first, last, events }) => ({ correlation, ms: last - first, events }));
      return { ...howFar(), traces };
    },
  });

  function howFar(): Counted {
    return { counted: cursorOf(counter.counted), head: cursorOf(context.head()) };
  }

  function limitOf(parameters: Parameters): number {
    return parameters.integer('limit', 1, limits.queryLimitMax) ?? limits.queryLimitDefault;
  }
}

/** `2026-11-21T12:00:00Z` */
function hourText(hour: number): string {
  return `${new Date(hour).toISOString().slice(0, 19)}Z`;
}
