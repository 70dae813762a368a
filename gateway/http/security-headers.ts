import helmet from '@fastify/helmet';
import { fastify } from 'fastify';

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

/** What helmet makes of the policy. */
export const HELMET_OPTIONS = {
  contentSecurityPolicy: CONTENT_SECURITY_POLICY,
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'same-origin' },
} as const;

/**
 * The headers that tell browsers what they may do with an answer. They are the same for each: so helmet is asked once, on an
 * application that has nothing else, and not by every request, where composing them costs a tenth of the answer.
 */
export async function securityHeaders(): Promise<Readonly<Record<string, string>>> {
  const bare = fastify();
  await bare.register(helmet, HELMET_OPTIONS);
  // By then helmet has set its headers, and nobody has set others.
  bare.get('/', async (_, reply) => reply.raw.getHeaders());
  const answer = await bare.inject('/');
  await bare.close();
  return answer.json();
}
