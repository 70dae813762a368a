/**
 * What a service would be without Lua and without a handler transaction: Fastify and one read of the same state store.
 *
 *     node dist/bench/plain-route/main.js STORE
 */
import Fastify from 'fastify';
import { silentLogger } from '../../common/log.js';
import { openState } from '../../runtime/state/registry.js';

const store = await openState(process.argv[2]!, 'consumer', silentLogger);
const app = Fastify();
app.get<{ Params: { key: string } }>('/counter/:key', async (request, reply) => {
  const text = await store.get('data', `counter:${request.params.key}`);
  if (text === undefined) return reply.code(404).send({ error: 'unknown' });
  return JSON.parse(text) as object;
});
process.stdout.write(`listens at ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
