import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Address } from '../../../common/option-parsers.js';
import { addressText } from '../address.js';
import { StartError } from '../start-error.js';

/**
 * Opens the server; the port of the answer is the real one, also if it was asked for 0.
 * @throws StartError that says in one line why not
 */
export async function listen(http: FastifyInstance, bind: Address): Promise<Address> {
  try {
    await http.listen(bind);
  } catch (cause) {
    throw new StartError(`Cannot listen on ${addressText(bind)}: ${listenProblem(cause)}`, { cause });
  }
  const { port } = http.server.address() as AddressInfo;
  return { host: bind.host, port };
}

function listenProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return 'another process listens there already.';
  if (code === 'EACCES') return 'this user may not listen there.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine does not have that address.';
  return reasonOf(cause);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
