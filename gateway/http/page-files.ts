import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';
import { sendProblem } from './failures.js';

/** Files whose names hold a hash of what is in them. */
const HASHED = /^\/assets\//;
const API = /^\/(api|services|documentation|updates|init|transaction)(\/|$)/;

/**
 * The files of the pages. A browser that asks for any other address gets the page itself, which knows its own addresses; a
 * program gets a 404.
 */
export async function pageFiles(app: FastifyInstance, pages: string | undefined): Promise<void> {
  if (pages !== undefined)
    await app.register(fastifyStatic, {
      root: resolve(pages),
      cacheControl: false,
      setHeaders: (response, path) => {
        const isHashed = HASHED.test(path.slice(resolve(pages).length).replaceAll('\\', '/'));
        response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  app.setNotFoundHandler((request, reply) => {
    if (pages !== undefined && wantsPage(request)) return sendPage(reply);
    return sendProblem(reply, new Problem('not_found'));
  });
}

function wantsPage({ method, url, headers: { accept = '' } }: FastifyRequest): boolean {
  const [path = '/'] = url.split('?', 1);
  return (
    (method === 'GET' || method === 'HEAD') &&
    accept.includes('text/html') &&
    !API.test(path) &&
    !HASHED.test(path)
  );
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply.sendFile('index.html');
}
