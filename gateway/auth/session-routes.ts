import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Credentials, RefreshRequest, SignedIn } from '../../common/pages/session.js';
import type { GatewayContext } from '../http/context.js';
import { CREDENTIALS, REFRESH } from '../http/schemas.js';
import { Problem } from '../problem.js';
import { parsedBody, refusal } from '../services/answers.js';

const COOKIE = 'refresh';
/** As long as the token in it is good. */
const COOKIE_SECONDS = 14 * 24 * 60 * 60;
/** Hashing a password takes the service its time; a repeat would only add to it. */
const ONCE = { repeatable: false } as const;

/** `/register`, `/login`, `/refresh`, `/logout` (common/pages/session.ts): the users service decides, and signs. */
export function sessionRoutes(app: FastifyInstance, context: GatewayContext): void {
  const { services, tokens, throttle, reservedNames, clock, newId } = context;
  const tags = { tags: ['session'] };
  // Has no effect where requests are not counted at all.
  const hashing = { rateLimit: { max: context.settings.hashesPerMinute } };

  app.post<{ Body: Credentials }>(
    '/register',
    { schema: { ...tags, body: CREDENTIALS }, config: hashing },
    async (request, reply): Promise<SignedIn> => {
      const { username, password } = request.body;
      // Rights go with the name: its first owner would be an operator, whoever that is.
      if (reservedNames.has(username))
        throw new Problem('forbidden', `The name ${username} is reserved: it cannot be registered here.`, {
          field: 'username',
        });
      await services.command('users', '/user', { username, password }, { correlation: newId() });
      reply.status(201);
      return signIn(request, reply);
    },
  );

  app.post<{ Body: Credentials }>(
    '/login',
    { schema: { ...tags, body: CREDENTIALS }, config: hashing },
    async (request, reply): Promise<SignedIn> => {
      const settle = throttle.attempt(request.body.username, request.ip);
      const signedIn = await signIn(request, reply).catch((error: unknown) => {
        if (!(error instanceof Problem) || error.code !== 'wrong_credentials') settle('not looked at');
        throw error;
      });
      settle('right');
      return signedIn;
    },
  );

  app.post<{ Body: RefreshRequest | null }>(
    '/refresh',
    { schema: { ...tags, body: REFRESH } },
    async (request): Promise<SignedIn> => {
      const refresh = refreshOf(request);
      if (refresh === undefined) throw new Problem('unauthorized', 'Nobody is signed in.');
      const { access } = await asked<{ access: string }>(
        '/refresh',
        { refresh },
        new Problem('unauthorized'),
      );
      return signedInBy(access);
    },
  );

  app.post<{ Body: RefreshRequest | null }>(
    '/logout',
    { schema: { ...tags, body: REFRESH } },
    async (request, reply) => {
      const refresh = refreshOf(request);
      // Who was not signed in, or not any more, is signed out now too.
      if (refresh !== undefined)
        await asked('/logout', { refresh }, new Problem('unauthorized')).catch((error: unknown) => {
          if (!(error instanceof Problem) || error.code !== 'unauthorized') throw error;
        });
      // Not before: without it nobody could try again.
      reply.clearCookie(COOKIE, cookieOptions(request));
      return reply.status(204).send();
    },
  );

  async function signIn(
    request: FastifyRequest<{ Body: Credentials }>,
    reply: FastifyReply,
  ): Promise<SignedIn> {
    const { username, password, session } = request.body;
    const wrong = new Problem('wrong_credentials', 'wrong name or password');
    const { access, refresh } = await asked<{ access: string; refresh: string }>(
      '/login',
      { username, password },
      wrong,
    );
    const signedIn = await signedInBy(access);
    if (session !== 'cookie') return { ...signedIn, refresh };
    reply.setCookie(COOKIE, refresh, { ...cookieOptions(request), maxAge: COOKIE_SECONDS });
    return signedIn;
  }

  /** @throws `unknown` for a 401, whatever the service says with it */
  async function asked<Body>(path: string, body: Record<string, string>, unknown: Problem): Promise<Body> {
    const answer = await services.ask('users', { method: 'POST', path, body, ...ONCE });
    if (answer.status === 401) throw unknown;
    if (answer.status >= 300) throw refusal(answer.status, answer.text);
    return parsedBody(answer.text) as Body;
  }

  async function signedInBy(access: string): Promise<SignedIn> {
    const { username, expiresAt } = await tokens.verify(access);
    return { username, access, expires_in: Math.floor((expiresAt - clock.now()) / 1000) };
  }
}

function refreshOf({ body, cookies }: FastifyRequest<{ Body: RefreshRequest | null }>): string | undefined {
  return body?.refresh ?? cookies[COOKIE];
}

function cookieOptions({ protocol }: FastifyRequest) {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: protocol === 'https' } as const;
}
