import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.js';
import { HttpError } from './http-error.js';

/** What a load balancer or a supervisor asks has to be answered without a token. */
const FOR_EVERYBODY = ['/health', '/ready'];

/** With rights, everything but the signs of life needs the operators' token: `Authorization: Bearer …`. */
export function requireOperator(app: FastifyInstance, { rights }: HttpContext): void {
  app.addHook('onRequest', async (request, reply) => {
    if (FOR_EVERYBODY.includes(request.routeOptions.url ?? '')) return;
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (rights.isOperator(token)) return;
    reply.header('www-authenticate', 'Bearer');
    throw new HttpError('unauthorized', 'this address needs the operators’ token');
  });
}
