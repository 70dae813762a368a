import { networkInterfaces } from 'node:os';
import type { Address } from '../../common/option-parsers.js';

/** `localhost:8080`, `[::1]:8080` */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Where others find a service that listens on `bound`: an address that means "everywhere" is no place to go to, so it is
 * replaced by the machine's first address in a network, or the loopback address if it is in none.
 */
export function reachableAddress(bound: Address): Address {
  if (bound.host !== '0.0.0.0' && bound.host !== '::') return bound;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outside = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return { host: outside?.address ?? '127.0.0.1', port: bound.port };
}
