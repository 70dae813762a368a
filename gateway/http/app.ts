import { type FastifyInstance, fastify } from 'fastify';
import { sessionRoutes } from '../auth/session-routes.js';
import { bankRoutes } from '../bank/routes.js';
import { operatorRoutes } from '../operator/routes.js';
import { serviceRoutes } from '../operator/service-routes.js';
import { accountRoutes } from '../pages/accounts.js';
import { modeRoutes } from '../pages/mode.js';
import { transferRoutes } from '../pages/transfers.js';
import type { GatewayContext } from './context.js';
import { documentation } from './documentation.js';
import { takeExactJson } from './exact-json.js';
import { answerFailures } from './failures.js';
import { healthRoutes } from './health.js';
import { pageFiles } from './page-files.js';
import { secure } from './security.js';
import { acceptSockets, socketRoutes } from './sockets.js';

/** The HTTP side of the gateway. What is refused is `{error, code, field?, id?}`, with a code of the error registry. */
export async function buildApp(context: GatewayContext): Promise<FastifyInstance> {
  const { settings, metrics, directory, mode, trustedProxies } = context;
  const app = fastify({
    bodyLimit: settings.bodyBytesMax,
    requestTimeout: settings.requestTimeoutMs,
    trustProxy: trustedProxies > 0 ? (_address: string, hop: number) => hop < trustedProxies : false,
    // A text is not a number, and what is too much is not cut away in silence. `verbose`: refusals speak the words of the schema.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, verbose: true } },
  });
  // JSON is the only form of a body: what a form on another site can send is not even read.
  app.removeContentTypeParser('text/plain');
  takeExactJson(app);
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  answerFailures(app, context);
  await acceptSockets(app, settings);
  await secure(app, context);
  if (context.documentation) await documentation(app, { directory, version: mode.version });

  healthRoutes(app, context);
  sessionRoutes(app, context);
  modeRoutes(app, context);
  accountRoutes(app, context);
  transferRoutes(app, context);
  bankRoutes(app, context);
  operatorRoutes(app, context);
  serviceRoutes(app, context);
  socketRoutes(app, context);
  await pageFiles(app, context.pages);
  return app;
}
