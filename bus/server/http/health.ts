import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.js';
import { HttpError } from './http-error.js';
import { serve } from './routes.js';

/** `/health`: the process lives. `/ready`: it takes work. `/metrics`: its numbers, for Prometheus. */
export function healthRoutes(app: FastifyInstance, { unready, metrics }: HttpContext): void {
  serve(app, '/health', { GET: async () => ({ status: 'ok' }) });

  serve(app, '/ready', {
    GET: async () => {
      const reason = unready();
      if (reason !== undefined) throw new HttpError(reason.code, reason.message);
      return { status: 'ready' };
    },
  });

  serve(app, '/metrics', {
    GET: async (_request, reply) => {
      const { text, contentType } = await metrics();
      return reply.type(contentType).send(text);
    },
  });
}
