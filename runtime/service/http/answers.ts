import { ERRORS, type ErrorCode } from '../../../common/errors.js';
import type { Json } from '../../../common/protocol/messages.js';
import type { EngineState, RouteOutcome } from '../types.js';
import type { RequestError } from './request-error.js';

/** What goes back to the caller. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** undefined = no body */
  readonly body: Json | undefined;
}

/** Seconds after which a caller may well ask again. */
const RETRY_AFTER_S = '1';

/** Statuses whose answers have no body by RFC 9110. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** A script's answer goes out as it is; an error by its row of the registry. The Lua text of a failure stays in the log. */
export function answerOf(outcome: RouteOutcome, state: EngineState): HttpAnswer {
  if (outcome.kind === 'answer') {
    const { status, body } = outcome.answer;
    return {
      status,
      headers: outcome.replayed ? { 'idempotency-replayed': 'true' } : {},
      body: BODILESS.has(status) ? undefined : body,
    };
  }
  const message = outcome.code === 'handler_failed' ? ERRORS.handler_failed.meaning : outcome.message;
  return errorAnswer(outcome.code, message, {
    ...(outcome.errorId !== undefined && { error_id: outcome.errorId }),
    ...(outcome.code === 'rebuilding' && { progress: progressOf(state) }),
  });
}

/** The body is `{error, message, …details}`. */
export function errorAnswer(
  code: ErrorCode,
  message: string,
  details: { [name: string]: Json } = {},
): HttpAnswer {
  const { status, retriable } = ERRORS[code];
  return {
    status,
    headers: retriable ? { 'retry-after': RETRY_AFTER_S } : {},
    body: { error: code, message, ...details },
  };
}

export function refusalOf(error: RequestError): HttpAnswer {
  const answer = errorAnswer(
    error.code,
    error.message,
    error.field === undefined ? {} : { field: error.field },
  );
  return { ...answer, headers: { ...answer.headers, ...error.headers } };
}

/** How far the service is: `{state, done?, total?}`; counts are events. */
export function progressOf(state: EngineState): { [name: string]: Json } {
  if (state.kind !== 'rebuilding') return { state: state.kind };
  return { state: state.kind, done: state.done, ...(state.total !== undefined && { total: state.total }) };
}
