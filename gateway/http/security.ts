import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { requireSameSite } from '../auth/same-site.js';
import { Problem } from '../problem.js';
import type { GatewayContext } from './context.js';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Only what comes from here, nothing inline, and no frame around it. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/** What holds for every request: headers for browsers, a rate, and no commands from other sites. */
export async function secure(
  app: FastifyInstance,
  { origins, requestsPerMinute }: Pick<GatewayContext, 'origins' | 'requestsPerMinute'>,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });
  await app.register(cookie);
  if (requestsPerMinute > 0)
    await app.register(rateLimit, {
      max: requestsPerMinute,
      timeWindow: 60_000,
      // The error handler sets Retry-After from what is thrown here.
      errorResponseBuilder: (_, { ttl }) =>
        new Problem('rate_limited', 'Too many requests.', { retryAfterS: Math.ceil(ttl / 1000) }),
    });
  app.addHook('onRequest', async (request, reply) => {
    // What is answered is somebody's own, and of this moment; the files of the pages say otherwise.
    reply.header('cache-control', 'no-store');
    const isCommand = !SAFE_METHODS.includes(request.method);
    if (isCommand || request.headers.upgrade !== undefined) requireSameSite(request.headers, origins);
  });
}
