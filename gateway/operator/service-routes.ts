import type { FastifyInstance } from 'fastify';
import type { Json } from '../../common/protocol/messages.js';
import type { GatewayContext } from '../http/context.js';
import { addressBehind, commandOf } from '../http/requests.js';
import { Problem } from '../problem.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** `/services/<client type>/…`: the routes of the services themselves, with their own answers, for operators. */
export function serviceRoutes(app: FastifyInstance, context: GatewayContext): void {
  const { access, directory, services } = context;

  app.route<{ Params: { type: string }; Body: Json | undefined }>({
    method: [...METHODS],
    url: '/services/:type/*',
    schema: { hide: true },
    handler: async (request, reply) => {
      const { username, operator } = await access.caller(request);
      if (!operator) throw new Problem('forbidden', 'This is for operators.');
      const { type } = request.params;
      if (!directory.all().some(({ clientType }) => clientType === type))
        throw new Problem('not_found', `There is no service ${type}.`);
      const command = commandOf(request, username, context);
      const method = METHODS.find((name) => name === request.method) ?? 'GET';
      const answer = await services.ask(type, {
        method,
        path: addressBehind(`/services/${encodeURIComponent(type)}`, request),
        body: request.body ?? undefined,
        repeatable: method === 'GET' || command.idempotencyKey !== undefined,
        caller: username,
        ...command,
      });
      reply.header('x-correlation-id', command.correlation);
      return reply.status(answer.status).type(contentTypeOf(answer.headers)).send(answer.text);
    },
  });
}

/** Whatever a service says, a browser must not take it for a page of ours. */
function contentTypeOf({ 'content-type': type }: Readonly<Record<string, unknown>>): string {
  return typeof type === 'string' && type.startsWith('application/json')
    ? 'application/json; charset=utf-8'
    : 'text/plain; charset=utf-8';
}
