import type { IncomingHttpHeaders } from 'node:http';
import { isUuid } from '../../../common/ids.js';
import { RequestError } from './request-error.js';
import { noNames } from './target.js';

/** The headers that mean something to the host. Names in lower case, as Node gives them. */
export const CORRELATION_HEADER = 'x-correlation-id';
const IDEMPOTENCY_HEADER = 'idempotency-key';
const CALLER_HEADER = 'x-caller';
const PREFER_HEADER = 'prefer';

const IDEMPOTENCY_KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** @throws RequestError if there is one that is no UUID */
export function callersCorrelation(headers: IncomingHttpHeaders): string | undefined {
  const text = one(headers, CORRELATION_HEADER);
  if (text === undefined) return undefined;
  if (!isUuid(text))
    throw new RequestError('bad_request', 'X-Correlation-Id must be a UUID.', 'X-Correlation-Id');
  return text.toLowerCase();
}

/** @throws RequestError unless it is 1 to 255 visible ASCII characters */
export function idempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const text = one(headers, IDEMPOTENCY_HEADER);
  if (text === undefined) return undefined;
  if (!IDEMPOTENCY_KEY.test(text))
    throw new RequestError(
      'bad_request',
      'Idempotency-Key must be 1 to 255 visible ASCII characters.',
      'Idempotency-Key',
    );
  return text;
}

/** Who calls, as the gateway says; the services themselves are not reachable from outside. */
export function callerOf(headers: IncomingHttpHeaders): string | undefined {
  return one(headers, CALLER_HEADER);
}

/** `Prefer: respond-async` (RFC 7240): answer as soon as it is committed, do not wait until the caller could read it here. */
export function waitsApplied(headers: IncomingHttpHeaders): boolean {
  return !/(^|[,\s])respond-async($|[,;\s])/i.test(one(headers, PREFER_HEADER) ?? '');
}

/** As scripts get them: one text per name. */
export function headerTexts(headers: IncomingHttpHeaders): Record<string, string> {
  const texts = noNames();
  for (const name of Object.keys(headers)) {
    const text = one(headers, name);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
