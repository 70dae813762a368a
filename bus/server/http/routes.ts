import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from './http-error.js';
import { NAME_BYTES_MAX } from './parameters.js';

type Method = 'GET' | 'POST';

/** Answers a request: an object is sent as JSON, a text is JSON already. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Serves an address with these methods (`GET` brings `HEAD`); every other method gets 405 with `Allow`. */
export function serve(
  app: FastifyInstance,
  url: string,
  handlers: Readonly<Partial<Record<Method, Handler>>>,
): void {
  const allowed = Object.keys(handlers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  for (const [method, handler] of Object.entries(handlers)) app.route({ method, url, handler });
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    handler: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      throw new HttpError('method_not_allowed');
    },
  });
}

/** The variables of an address, decoded. @throws HttpError not_found for one that nothing can have as its name */
export function pathVariable(request: FastifyRequest, name: string): string {
  const text = (request.params as Readonly<Record<string, string>>)[name] ?? '';
  if (Buffer.byteLength(text) > NAME_BYTES_MAX) throw new HttpError('not_found');
  return text;
}

/** Sends a text that is JSON already: `data` of events leaves as it came. */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text);
}
