import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';
import type { GatewayContext } from './context.js';

/** What the bank cannot do without. */
const NEEDED = ['users', 'accounts', 'transactions'];
const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/** `/health`: the process lives. `/ready`: every service of the bank has an instance in rotation. `/metrics`: for Prometheus. */
export function healthRoutes(app: FastifyInstance, { directory, access, metrics }: GatewayContext): void {
  const unlimited = { config: { rateLimit: false }, schema: { tags: ['operation'] } } as const;

  app.get('/health', unlimited, async () => ({ status: 'ok' }));

  app.get('/ready', unlimited, async () => {
    const missing = NEEDED.filter((clientType) => directory.pick(clientType) === undefined);
    if (missing.length > 0) throw new Problem('service_unavailable', `Not there yet: ${missing.join(', ')}.`);
    return { status: 'ready' };
  });

  app.get('/metrics', unlimited, async (request, reply) => {
    await requireInsider(request);
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  /** How much is done here is not for everybody: operators, and whoever is on this machine. */
  async function requireInsider(request: FastifyRequest): Promise<void> {
    if (LOOPBACK.includes(request.ip)) return;
    const { operator } = await access.caller(request);
    if (!operator) throw new Problem('forbidden', 'This is for operators.');
  }
}
