import type { FastifyInstance } from 'fastify';
import type { Me, Mode } from '../../common/pages/session.js';
import type { GatewayContext } from '../http/context.js';

/** `/api/mode`: what kind of system this is, for everybody. `/api/me`: who the caller is. */
export function modeRoutes(app: FastifyInstance, { mode, access }: GatewayContext): void {
  const schema = { tags: ['session'] };

  app.get('/api/mode', { schema }, async (): Promise<Mode> => mode);

  app.get('/api/me', { schema }, async (request): Promise<Me> => {
    const { username, operator } = await access.caller(request);
    return { username, operator };
  });
}
