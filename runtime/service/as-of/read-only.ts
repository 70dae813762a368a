import type { FastifyInstance } from 'fastify';
import { AS_OF_HEADER, HELD_KEYS_HEADER } from '../../../common/past-report.js';
import { RequestError } from '../http/request-error.js';
import type { PastPoint } from './fold.js';

/** Lets nothing but reads in, and says in every answer which state it is from. */
export function readOnly(http: FastifyInstance, point: () => PastPoint | undefined): void {
  http.addHook('onRequest', async ({ method }, reply) => {
    const shown = point();
    if (shown !== undefined) reply.header(AS_OF_HEADER, shown.position);
    if (shown !== undefined && shown.heldKeys > 0) reply.header(HELD_KEYS_HEADER, shown.heldKeys);
    if (method !== 'GET' && method !== 'HEAD')
      throw new RequestError(
        'method_not_allowed',
        `This is the state as it was, and can only be read: it does not take ${method}.`,
        undefined,
        { allow: 'GET, HEAD' },
      );
  });
}
