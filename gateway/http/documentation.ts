import type { FastifyInstance } from 'fastify';
import type { Directory } from '../discovery/directory.js';

const PATH = '/documentation';
/** The form of an OpenAPI document, as far as it is touched here. */
interface Document {
  paths?: Record<string, Record<string, object>>;
}

/**
 * `/documentation`: the API as OpenAPI, made from the schemas of the routes, and pages to read it. To be registered before the
 * routes. The routes that the scripts of the services declare are added whenever somebody looks: services come and go.
 */
export async function documentation(
  app: FastifyInstance,
  { directory, version }: { readonly directory: Pick<Directory, 'all'>; readonly version: string },
): Promise<void> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  await app.register(swagger, {
    openapi: {
      info: { title: 'Autokrator gateway', version },
      components: {
        securitySchemes: {
          access: { type: 'http', scheme: 'bearer', description: 'access token of POST /login' },
        },
      },
      security: [{ access: [] }],
    },
  });
  await app.register(swaggerUi, {
    routePrefix: PATH,
    staticCSP: true,
    // The gateway may well be reached without TLS.
    transformStaticCSP: (policy) => policy.replace(/ ?upgrade-insecure-requests;?/, ''),
    transformSpecification: (document) => withServices(document as Document, directory),
    transformSpecificationClone: true,
  });
}

/** Adds what is reachable below `/services/<client type>/…`. */
function withServices(document: Document, directory: Pick<Directory, 'all'>): Document {
  const paths = { ...document.paths };
  for (const { clientType, routes } of directory.all())
    for (const { method, pattern } of routes) {
      const path = `/services/${clientType}${pattern}`;
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(clientType, pattern) };
    }
  return { ...document, paths };
}

function operationOf(clientType: string, pattern: string): object {
  const parameters = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    tags: [`service ${clientType}`],
    summary: `${pattern} of the service ${clientType}; for operators`,
    parameters,
    responses: { default: { description: 'what the script answers' } },
  };
}
