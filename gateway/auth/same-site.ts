import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../problem.js';

/**
 * Keeps other sites out of what a browser would do for them: commands and sockets. A browser tells by `Origin`, newer ones also
 * by `Sec-Fetch-Site`, which page makes a request; programs send neither.
 *
 * @param origins other sites that may, such as `https://bank.example`
 * @throws Problem forbidden
 */
export function requireSameSite(headers: IncomingHttpHeaders, origins: readonly string[]): void {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) {
    if (origins.includes(origin)) return;
    if (!URL.canParse(origin) || new URL(origin).host !== host) throw otherSite();
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw otherSite();
}

function otherSite(): Problem {
  return new Problem('forbidden', 'This is not taken from another site.');
}
