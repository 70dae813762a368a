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
  '/totals/hours',
  '/totals/traces',
  '/services',
  '/parked',
  '/skips',
] as const;

/** `/api/operator/*`: what the bus shows, and what an operator decides; in the shapes of the bus (common/pages/operator.ts). */
export function operatorRoutes(
  app: FastifyInstance,
  { access, bus, control, money, mode }: GatewayContext,
): void {
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

    operators.get(`${PREFIX}/totals/money`, { schema }, () => money.totals());
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
    operators.post<{ Params: { session: string } }>(
      `${PREFIX}/instances/:session/kill`,
      { schema },
      async ({ params }, reply) => {
        requireDemonstration();
        const address = await addressOf(params.session);
        return passed(reply, await control.ask('POST', `/instances/${encodeURIComponent(address)}/kill`));
      },
    );
  });

  /** The launcher knows its processes by where they listen, the bus by their sessions. */
  async function addressOf(session: string): Promise<string> {
    const { services } = await bus.services();
    const instances = services.flatMap((service) => service.instances);
    const found = instances.find(({ session_id: id }) => String(id) === session);
    if (found?.http_address === undefined)
      throw new Problem('not_found', `No instance with an address is registered at session ${session}.`);
    return found.http_address;
  }

  function requireDemonstration(): void {
    if (!mode.demonstration) throw new Problem('forbidden', 'This is for demonstrations only.');
  }
}

/** Texts that are JSON already leave as they came. */
function passed(reply: FastifyReply, { status, text }: { status: number; text: string }): FastifyReply {
  if (status >= 400) throw refusal(status, text);
  return reply.status(status).type('application/json; charset=utf-8').send(text);
}
