import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../problem.js';
import type { GatewayContext } from './context.js';

/** Makes every failure an answer `{error, code, field?, id?}`. What is a mistake of ours is in the log, under the id. */
export function answerFailures(
  app: FastifyInstance,
  { log, newId }: Pick<GatewayContext, 'log' | 'newId'>,
): void {
  app.setErrorHandler<FastifyError | Problem>((error, request, reply) => {
    const problem = problemOf(error);
    if (problem !== undefined) return sendProblem(reply, problem);
    const id = newId();
    // Without the query, which may name a user.
    log.error(
      { err: error, id, method: request.method, route: request.routeOptions.url },
      'a request failed',
    );
    return sendProblem(reply, new Problem('internal', undefined, { id }));
  });
}

export function sendProblem(reply: FastifyReply, { status, headers, body }: Problem): FastifyReply {
  return reply.status(status).headers(headers).type('application/json; charset=utf-8').send(body);
}

/** What the caller may know of an error; undefined for a mistake of ours. */
function problemOf(error: FastifyError | Problem): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error.validation !== undefined) return unfit(error);
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Problem('too_large');
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new Problem('bad_media_type');
  const { statusCode } = error;
  if (statusCode === undefined || statusCode >= 500) return undefined;
  return new Problem(statusCode === 404 ? 'not_found' : 'bad_request', error.message, { status: statusCode });
}

/** A value that its schema refuses: named, with what it must be in the words of the schema. */
function unfit({ validation, validationContext }: FastifyError): Problem {
  const [first] = validation ?? [];
  const missing = first?.keyword === 'required' ? String(first.params.missingProperty) : undefined;
  const path = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const field = missing ?? (path || (validationContext ?? 'body'));
  const must = missing === undefined ? (descriptionIn(first) ?? 'something else') : undefined;
  return new Problem('bad_request', must === undefined ? `${field} is missing` : `${field} must be ${must}`, {
    field,
  });
}

function descriptionIn(error: unknown): string | undefined {
  const { parentSchema } = error as { parentSchema?: { description?: string } };
  return parentSchema?.description;
}
