import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.js';
import { type CommandIdentity, commandIdentity } from '../services/caller.js';
import type { GatewayContext } from './context.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/**
 * Which command of this caller a request is.
 * @throws Problem bad_request if its Idempotency-Key cannot be used
 */
export function commandOf(
  request: FastifyRequest,
  caller: string | undefined,
  { newId }: Pick<GatewayContext, 'newId'>,
): CommandIdentity {
  const key = request.headers['idempotency-key'];
  if (key !== undefined && (Array.isArray(key) || !IDEMPOTENCY_KEY.test(key)))
    throw new Problem('bad_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.', {
      field: 'Idempotency-Key',
    });
  return commandIdentity(caller, key, newId);
}

/** What of an address stands behind a prefix: path and query, as they came. */
export function addressBehind(prefix: string, request: FastifyRequest): string {
  return (request.raw.url ?? '').slice(prefix.length);
}
