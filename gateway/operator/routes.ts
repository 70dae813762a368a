import type { FastifyInstance, FastifyReply } from 'fastify';
import type { GatewayContext } from '../http/context.js';
import { addressBehind } from '../http/requests.js';
import { SKIP } from '../http/schemas.js';
import { Problem } from '../problem.js';
import { refusal } from '../services/answers.js';

const PREFIX = '/api/operator';
/** Passed through to the same address of the bus. */
const READS = [
  '/events',
  '/events/:position',
  '/keys',
  '/keys/:key',
  '/correlations/:id',
  '/totals',
  '/services',
  '/parked',
  '/skips',
] as const;

/** `/api/operator/*`: what the bus shows, and what an operator decides; in the shapes of the bus (common/pages/operator.ts). */
export function operatorRoutes(app: FastifyInstance, { access, bus, control, mode }: GatewayContext): void {
  void app.register(async (operators) => {
    operators.addHook('preHandler', async (request) => {
      const { operator } = await access.caller(request);
      if (!operator) throw new Problem('forbidden', 'This is for operators.');
    });
    const schema = { tags: ['operator'] };

    for (const path of READS)
      operators.get(`${PREFIX}${path}`, { schema }, async (request, reply) =>
        passed(reply, await bus.ask('GET', addressBehind(PREFIX, request))),
      );

    operators.post<{ Params: { id: string } }>(
      `${PREFIX}/parked/:id/retry`,
      { schema },
      async (request, reply) =>
        passed(reply, await bus.ask('POST', `/parked/${encodeURIComponent(request.params.id)}/retry`)),
    );
    operators.post<{ Params: { id: string }; Body: { reason: string } }>(
      `${PREFIX}/parked/:id/skip`,
      { schema: { ...schema, body: SKIP } },
      async ({ params, body }, reply) =>
        passed(
          reply,
          await bus.ask(
            'POST',
            `/parked/${encodeURIComponent(params.id)}/skip`,
            JSON.stringify({ reason: body.reason }),
          ),
        ),
    );
    operators.post<{ Params: { session: string } }>(
      `${PREFIX}/instances/:session/drain`,
      { schema },
      async ({ params }, reply) =>
        passed(reply, await bus.ask('POST', `/sessions/${encodeURIComponent(params.session)}/drain`)),
    );

    operators.get(`${PREFIX}/time`, { schema }, async (request, reply) =>
      passed(reply, await control.ask('GET', addressBehind(PREFIX, request))),
    );
    operators.get(`${PREFIX}/populate`, { schema }, async (_, reply) =>
      passed(reply, await control.ask('GET', '/populate')),
    );
    operators.post(`${PREFIX}/populate`, { schema }, async ({ body }, reply) => {
      requireDemonstration();
      return passed(reply, await control.ask('POST', '/populate', JSON.stringify(body ?? {})));
    });
    operators.post<{ Params: { name: string } }>(
      `${PREFIX}/instances/:name/kill`,
      { schema },
      async ({ params }, reply) => {
        requireDemonstration();
        return passed(reply, await control.ask('POST', `/instances/${encodeURIComponent(params.name)}/kill`));
      },
    );
  });

  function requireDemonstration(): void {
    if (!mode.demonstration) throw new Problem('forbidden', 'This is for demonstrations only.');
  }
}

/** Texts that are JSON already leave as they came. */
function passed(reply: FastifyReply, { status, text }: { status: number; text: string }): FastifyReply {
  if (status >= 400) throw refusal(status, text);
  return reply.status(status).type('application/json; charset=utf-8').send(text);
}
