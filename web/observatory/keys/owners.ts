/** Which services show the thing that a key is about, and where. Pure. */
import type { ServiceStatus } from '../../../common/pages/operator.js';
import type { Asked } from '../past.js';

/**
 * Told from names: what `acc-7` is about, a GET route such as `/account/{id}` shows with 7, for `account` begins like the key.
 * A route with more after its parameter shows part of the thing only, and is left out.
 */
export function ownersOf(key: string, services: readonly ServiceStatus[]): Asked[] {
  const [, kind, name] = /^([a-z]+)-(.+)$/i.exec(key) ?? [];
  if (kind === undefined || name === undefined) return [];
  return services.flatMap(({ client_type, instances }) => {
    const words = instances
      .flatMap(({ routes = [] }) => routes)
      .flatMap(({ method, pattern }) => (method === 'GET' && THING.exec(pattern)?.[1]) || []);
    const word = words.find((one) => one.startsWith(kind));
    return word === undefined ? [] : [{ service: client_type, path: `/${word}/${encodeURIComponent(name)}` }];
  });
}

const THING = /^\/([^/{}]+)\/\{[^/{}]+\}$/;
