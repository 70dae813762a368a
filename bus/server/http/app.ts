import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { oneAnswerAtATime } from '../../../common/one-answer-at-a-time.js';
import { StoreError } from '../../store/event-store.js';
import { ConditionError } from '../query-filter.js';
import type { HttpContext } from './context.js';
import { eventRoutes } from './events.js';
import { healthRoutes } from './health.js';
import { badField, HttpError } from './http-error.js';
import { keyRoutes } from './keys.js';
import { requireOperator } from './operators-only.js';
import { parkedRoutes } from './parked.js';
import { serviceRoutes } from './services.js';
import { sessionRoutes } from './sessions.js';
import { totalsRoutes } from './totals.js';

/** Longest decoded variable of an address; a key may have 512 bytes, three characters each when encoded. */
const VARIABLE_LENGTH_MAX = 2048;

/** The HTTP side of the bus. Every refusal is `{error: code, message, …}` with a code of the error registry. */
export function buildApp(context: HttpContext): FastifyInstance {
  const { settings, log } = context;
  const app = fastify({
    bodyLimit: settings.bodyBytesMax,
    requestTimeout: settings.requestTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: VARIABLE_LENGTH_MAX },
    http: {
      headersTimeout: settings.requestTimeoutMs,
      connectionsCheckingInterval: settings.requestTimeoutMs / 2,
    },
  });
  const inTurn = oneAnswerAtATime();
  app.addHook('onRequest', async (request, reply) => {
    if (!(await inTurn(request.raw, reply.raw))) reply.hijack();
  });
  app.setNotFoundHandler(() => {
    throw new HttpError('not_found');
  });
  app.setErrorHandler((error, request, reply) => {
    const known = refusalOf(error);
    if (known === undefined) log.error({ err: error, url: request.url }, 'a request failed');
    const { status, code, message, details } = known ?? new HttpError('internal');
    return reply.status(status).send({ error: code, message, ...details });
  });
  requireOperator(app, context);
  healthRoutes(app, context);
  eventRoutes(app, context);
  keyRoutes(app, context);
  serviceRoutes(app, context);
  totalsRoutes(app, context);
  parkedRoutes(app, context);
  sessionRoutes(app, context);
  return app;
}

/** What the caller may know of an error; undefined for a mistake of ours. */
function refusalOf(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof ConditionError) return badField(error.field, error.problem);
  if (error instanceof StoreError)
    return new HttpError('store_unavailable', 'the event store cannot be read');
  const { statusCode, message } = error as FastifyError;
  if (statusCode === 413) return new HttpError('too_large', message);
  if (statusCode !== undefined && statusCode < 500) return new HttpError('bad_request', message);
  return undefined;
}
