import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { requireSameSite } from '../auth/same-site.js';
import { Problem } from '../problem.js';
import type { GatewayContext } from './context.js';
import { securityHeaders } from './security-headers.js';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** What holds for every request: headers for browsers, a rate, and no commands from other sites. */
export async function secure(
  app: FastifyInstance,
  { origins, requestsPerMinute }: Pick<GatewayContext, 'origins' | 'requestsPerMinute'>,
): Promise<void> {
  await app.register(cookie);
  if (requestsPerMinute > 0)
    await app.register(rateLimit, {
      max: requestsPerMinute,
      timeWindow: 60_000,
      // The error handler sets Retry-After from what is thrown here.
      errorResponseBuilder: (_, { ttl }) =>
        new Problem('rate_limited', 'Too many requests.', { retryAfterS: Math.ceil(ttl / 1000) }),
    });
  // What is answered is somebody's own, and of this moment; the files of the pages say otherwise.
  const headers = { ...(await securityHeaders()), 'cache-control': 'no-store' };
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    const isCommand = !SAFE_METHODS.includes(request.method);
    if (isCommand || request.headers.upgrade !== undefined) requireSameSite(request.headers, origins);
    done();
  });
}
