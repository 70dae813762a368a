import { ERRORS, type ErrorCode } from '../../common/errors.js';
import type { Json } from '../../common/protocol/messages.js';
import { Problem } from '../problem.js';

/** Names of fields as a service calls them, and as the caller of the gateway does. */
export type FieldNames = Readonly<Record<string, string>>;

/** An answer's body; undefined if there is none. */
export function parsedBody(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/**
 * What a service's refusal is for the gateway's caller. A 4xx stays that 4xx, with its reason. The service's host says
 * `{error: code, message, field?, error_id?}`, its script `{error: reason, field?}`.
 */
export function refusal(status: number, text: string, names: FieldNames = {}): Problem {
  const body = parsedBody(text);
  const said: { [name: string]: Json } =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  const { error, message, field, error_id: id } = said;
  const details = {
    status,
    ...(typeof field === 'string' && { field: names[field] ?? field }),
    ...(typeof id === 'string' && { id }),
  };
  if (typeof error === 'string' && Object.hasOwn(ERRORS, error))
    return new Problem(
      error as ErrorCode,
      typeof message === 'string' ? inWordsOf(names, message) : undefined,
      details,
    );
  const code = codeOf(status, 'field' in details);
  return new Problem(code, typeof error === 'string' ? inWordsOf(names, error) : undefined, details);
}

/** A reason may speak of the field by the name that the service has for it. */
function inWordsOf(names: FieldNames, reason: string): string {
  return Object.entries(names).reduce(
    (text, [theirs, ours]) => text.replaceAll(new RegExp(`\\b${theirs}\\b`, 'g'), ours),
    reason,
  );
}

function codeOf(status: number, namesField: boolean): ErrorCode {
  if (status === 400) return namesField ? 'bad_request' : 'refused';
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    405: 'method_not_allowed',
    409: 'refused',
    413: 'too_large',
    415: 'bad_media_type',
    422: 'bad_request',
    429: 'rate_limited',
    503: 'service_unavailable',
  };
  return codes[status] ?? (status < 500 ? 'refused' : 'handler_failed');
}
