import { STATUS_CODES } from 'node:http';

/** Names by RFC 9110 that Node writes differently, or (depending on its release) not at all. */
const BY_RFC_9110 = {
  HTTP_CONTENT_TOO_LARGE: 413,
  HTTP_PAYLOAD_TOO_LARGE: 413,
  HTTP_IM_A_TEAPOT: 418,
  HTTP_UNPROCESSABLE_CONTENT: 422,
  HTTP_UNPROCESSABLE_ENTITY: 422,
} as const;

/** The globals `HTTP_OK`, `HTTP_NOT_FOUND`, …: every status code by its name. */
export function httpStatusGlobals(): Readonly<Record<string, number>> {
  const byName = Object.entries(STATUS_CODES).map(([code, name]) => [
    constantName(name ?? code),
    Number(code),
  ]);
  return { ...Object.fromEntries(byName), ...BY_RFC_9110 };
}

/** `Non-Authoritative Information` → `HTTP_NON_AUTHORITATIVE_INFORMATION`; `HTTP Version …` is not doubled. */
function constantName(reason: string): string {
  const words = reason.replace(/^HTTP /, '').replaceAll("'", '');
  return `HTTP_${words.replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`;
}
