import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.js';
import { HttpError } from './http-error.js';
import { pathVariable, serve } from './routes.js';

/** `/sessions/{session id}/drain`: an operator lets an instance finish what it has and gives the rest to others. */
export function sessionRoutes(app: FastifyInstance, { drain }: HttpContext): void {
  serve(app, '/sessions/:id/drain', {
    POST: async (request) => {
      const id = pathVariable(request, 'id');
      const sessionId = Number(id);
      if (!/^\d{1,16}$/.test(id) || !drain(sessionId))
        throw new HttpError('not_found', `no instance is registered at session ${id}`);
      return { session_id: sessionId, draining: true };
    },
  });
}
