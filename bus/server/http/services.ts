import type { FastifyInstance } from 'fastify';
import { cursorOf } from '../../../common/protocol/cursor.js';
import { rfc3339 } from '../../../common/protocol/times.js';
import type { ServiceView, SubscriptionChange } from '../../core/types.js';
import type { HttpContext } from './context.js';
import { Parameters, pageOf } from './parameters.js';
import { serve } from './routes.js';

/** `/services`: who is there, and who owes what. */
export function serviceRoutes(app: FastifyInstance, context: HttpContext): void {
  const { views, limits } = context;

  serve(app, '/services', {
    GET: async (request) => {
      const parameters = new Parameters(request.query, ['after', 'limit']);
      const after = parameters.text('after');
      const limit = parameters.integer('limit', 1, limits.queryLimitMax) ?? limits.queryLimitDefault;
      const services = [...views.services()].sort((a, b) => compare(a.clientType, b.clientType));
      const page = pageOf(
        services,
        ({ clientType }) => clientType,
        ({ clientType }) => after === undefined || clientType > after,
        limit,
      );
      return { services: page.items.map((service) => serviceJson(service, context)), next: page.next };
    },
  });
}

function serviceJson(service: ServiceView, { rates, clock }: HttpContext): Record<string, unknown> {
  const { oldestOwed } = service;
  return {
    client_type: service.clientType,
    event_types: service.eventTypes,
    owed: service.owed,
    oldest_age_ms: oldestOwed === undefined ? null : Math.max(0, clock.now() - oldestOwed),
    acknowledged: cursorOf(service.acknowledged),
    parked: service.parked,
    ...(service.changed !== undefined && { subscription_changed: changeJson(service.changed) }),
    redelivered: service.redelivered,
    in_flight: service.instances.reduce((sum, { inFlight }) => sum + inFlight, 0),
    acknowledged_per_second: service.instances.reduce((sum, one) => sum + rates.of(one.sessionId), 0),
    instances: service.instances.map((instance) => ({
      ...instance.info,
      session_id: instance.sessionId,
      keys: instance.keys,
      in_flight: instance.inFlight,
      acknowledged_count: instance.acknowledgedCount,
      acknowledged_per_second: rates.of(instance.sessionId),
      draining: instance.draining,
      since: rfc3339(instance.since),
    })),
  };
}

function changeJson({ time, before, dropped }: SubscriptionChange): object {
  return { time: rfc3339(time), before, dropped };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
