import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { ERRORS } from '../../../common/errors.js';
import type { Logger } from '../../../common/log.js';
import { oneAnswerAtATime } from '../../../common/one-answer-at-a-time.js';
import type { TokenPort } from '../../api/tokens.js';
import type { Engine, RouteCall, ServiceModel } from '../types.js';
import { answerOf, errorAnswer, type HttpAnswer, refusalOf } from './answers.js';
import { parseBody } from './body.js';
import { hostPages, JSON_TYPE } from './host-pages.js';
import { ServiceMetrics } from './metrics.js';
import { RequestError } from './request-error.js';
import {
  CORRELATION_HEADER,
  callerOf,
  callersCorrelation,
  headerTexts,
  idempotencyKey,
  waitsApplied,
} from './request-headers.js';
import { RouteTable } from './route-table.js';
import { parseTarget, type Target } from './target.js';

/**
 * A service's HTTP side: translates a request into a call of the engine, and the outcome into an answer. It owns no rule of
 * the handler transaction. Fastify carries it with a single catch-all route; which script route is meant, this part finds.
 */
export interface HttpOptions {
  readonly model: ServiceModel;
  readonly engine: Pick<Engine, 'route' | 'state' | 'counters'>;
  readonly log: Logger;
  /** makes a UUID: correlations of callers that bring none, error ids */
  readonly newId: () => string;
  /** for the page with the public keys */
  readonly tokens: Pick<TokenPort, 'publicKeys'>;
  /** above it a request is answered 413 */
  readonly bodyBytesMax?: number;
}

const BODY_BYTES_MAX = 1024 * 1024;
/** A request that has not arrived completely by then is cut off: nobody may hold a socket by sending a byte now and then. */
const REQUEST_MS_MAX = 30_000;
/** How long a stop waits for callers. */
const CLOSE_MS_MAX = 5_000;

export function createHttp(options: HttpOptions): FastifyInstance {
  const service = new HttpService(options);
  const app = Fastify({
    logger: false,
    bodyLimit: options.bodyBytesMax ?? BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    frameworkErrors: (error, _request, reply) => service.fail(error, reply),
  });
  const inTurn = oneAnswerAtATime();
  app.addHook('onRequest', async (request, reply) => {
    if (!(await inTurn(request.raw, reply.raw))) reply.hijack();
  });
  // The body is JSON whatever the content type says, and is parsed where the route is known.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler<FastifyError | RequestError>((error, _request, reply) => service.fail(error, reply));
  app.setNotFoundHandler((request, reply) => service.handle(request, reply));
  app.all('*', (request, reply) => service.handle(request, reply));
  closeConnectionsWhenClosing(app);
  return app;
}

/** Takes no more requests, and resolves when those under way are answered. Who does not read an answer is cut off. */
export async function closeHttp(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS_MAX);
  await app.close();
  clearTimeout(cutOff);
}

/** An answer that leaves while the server closes ends its connection: a kept one would hold the closing up. */
function closeConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

class HttpService {
  readonly #engine: HttpOptions['engine'];
  readonly #log: Logger;
  readonly #newId: () => string;
  readonly #routes: RouteTable;
  readonly #metrics: ServiceMetrics;
  readonly #pages: ReturnType<typeof hostPages>;

  constructor({ model, engine, log, newId, tokens }: HttpOptions) {
    this.#engine = engine;
    this.#log = log;
    this.#newId = newId;
    this.#routes = new RouteTable(model.routes);
    this.#metrics = new ServiceMetrics(model.clientType, engine);
    this.#pages = hostPages(model, engine, this.#metrics, tokens);
  }

  async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const target = parseTarget(request.raw.url ?? '/');
    const page = this.#pages.get(target.path);
    if (page) {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw otherMethod(request, ['GET', 'HEAD']);
      const { status, contentType, text } = await page();
      return reply
        .code(status)
        .header('content-type', contentType)
        .header('cache-control', 'no-store')
        .send(text);
    }
    return this.#route(request, reply, target);
  }

  async #route(request: FastifyRequest, reply: FastifyReply, target: Target): Promise<FastifyReply> {
    const { headers } = request;
    const correlation = callersCorrelation(headers) ?? this.#newId();
    reply.header(CORRELATION_HEADER, correlation);

    const match = this.#routes.match(request.method, target.segments);
    if (match.kind === 'unknown') throw new RequestError('not_found', `There is no route ${target.path}.`);
    if (match.kind === 'other-method') throw otherMethod(request, match.allow);

    const key = idempotencyKey(headers);
    const call: RouteCall = {
      handler: match.route.handler,
      request: {
        method: match.route.method,
        path: target.path,
        url: target.url,
        args: match.args,
        query: target.query,
        headers: headerTexts(headers),
        body: parseBody(request.body),
        caller: callerOf(headers),
      },
      correlation,
      waitApplied: waitsApplied(headers),
      ...(key !== undefined && { idempotencyKey: key }),
    };
    const begun = performance.now();
    const outcome = await this.#engine.route(call);
    const answer = answerOf(outcome, this.#engine.state());
    this.#metrics.answered(match.route, answer.status, (performance.now() - begun) / 1000);
    return send(reply, answer);
  }

  /** Refusals of the host, Fastify's own errors, and faults of this program: each by its row of the registry. */
  fail(error: FastifyError | RequestError, reply: FastifyReply): FastifyReply {
    if (error instanceof RequestError) return send(reply, refusalOf(error));
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
      return send(reply, refusalOf(new RequestError('too_large', 'The body is too large.', 'body')));
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500)
      return send(reply, refusalOf(new RequestError('bad_request', error.message)));
    const errorId = this.#newId();
    this.#log.error({ err: error, error_id: errorId }, 'a request failed inside the host');
    return send(reply, errorAnswer('handler_failed', ERRORS.handler_failed.meaning, { error_id: errorId }));
  }
}

function otherMethod(request: FastifyRequest, allow: readonly string[]): RequestError {
  return new RequestError(
    'method_not_allowed',
    `This address does not take ${request.method}; it takes ${allow.join(', ')}.`,
    undefined,
    { allow: allow.join(', ') },
  );
}

function send(reply: FastifyReply, { status, headers, body }: HttpAnswer): FastifyReply {
  reply.code(status).headers(headers);
  if (body === undefined) return reply.send();
  return reply.header('content-type', JSON_TYPE).send(JSON.stringify(body));
}
