/**
 * The one registry of errors that leave a process. PROTOCOL.md lists the same rows; a test holds the two together.
 * `status` is the HTTP status, `close` the WebSocket close code if the connection ends, `retriable` whether the same request
 * may succeed later unchanged.
 */
export interface ErrorEntry {
  readonly meaning: string;
  readonly action: string;
  readonly status: number;
  readonly close?: number;
  readonly retriable: boolean;
}

export const ERRORS = {
  bad_message: {
    meaning:
      'The frame is not JSON, or a field of the message is missing or wrong; the message names the field.',
    action: 'Correct the message.',
    status: 400,
    retriable: false,
  },
  too_large: {
    meaning: 'The frame, the batch, a name or the nesting is above a limit; the message names it.',
    action: 'Send less at once, or raise the limit at the bus.',
    status: 413,
    close: 1009,
    retriable: false,
  },
  not_registered: {
    meaning: 'This message needs a registration on the same connection first.',
    action: 'Send register.',
    status: 409,
    retriable: false,
  },
  fenced: {
    meaning: 'The delivery named here is no longer this session’s: the key has moved, or the debt has ended.',
    action: 'Forget the work; the event is handled elsewhere or comes again.',
    status: 409,
    retriable: false,
  },
  store_unavailable: {
    meaning: 'The event store could not keep the events; nothing was accepted.',
    action: 'Send again later, with the same batch id.',
    status: 503,
    retriable: true,
  },
  overloaded: {
    meaning: 'The bus has more unfinished work than it may hold.',
    action: 'Send again later, more slowly.',
    status: 503,
    retriable: true,
  },
  slow_reader: {
    meaning: 'The client does not read what it asked for.',
    action: 'Read faster, or ask for less.',
    status: 408,
    close: 1013,
    retriable: true,
  },
  too_many_sessions: {
    meaning: 'The bus has as many connections as it may hold.',
    action: 'Try again later.',
    status: 503,
    close: 1013,
    retriable: true,
  },
  shutting_down: {
    meaning: 'The bus is stopping.',
    action: 'Connect again.',
    status: 503,
    close: 1001,
    retriable: true,
  },
  unauthorized: {
    meaning: 'Who asks is not known here: a token is missing, wrong or out of date.',
    action: 'Send the right token; the operator has it.',
    status: 401,
    retriable: false,
  },
  forbidden: {
    meaning: 'Who asks is known, but may not do this; the message says what.',
    action: 'Ask the operator for the right.',
    status: 403,
    retriable: false,
  },
  not_found: {
    meaning: 'There is no such thing at this address.',
    action: 'Check the address.',
    status: 404,
    retriable: false,
  },
  not_parked: {
    meaning: 'No parked event has this id.',
    action: 'List /parked again; somebody may have decided already.',
    status: 404,
    retriable: false,
  },
  reason_required: {
    meaning: 'Skipping an event needs a reason; it is recorded.',
    action: 'Send {"reason": "…"}.',
    status: 400,
    retriable: false,
  },
  bad_request: {
    meaning: 'A parameter or the body of the request is wrong; the message names it.',
    action: 'Correct the request.',
    status: 400,
    retriable: false,
  },
  method_not_allowed: {
    meaning: 'The address exists, but not with this method.',
    action: 'Use a method of the Allow header.',
    status: 405,
    retriable: false,
  },
  handler_failed: {
    meaning: 'The script failed; the log of the service has the details under the error id.',
    action: 'Tell the operator the error id.',
    status: 500,
    retriable: false,
  },
  conflict: {
    meaning: 'Others kept changing what this request depends on.',
    action: 'Send again.',
    status: 409,
    retriable: true,
  },
  rebuilding: {
    meaning: 'The service is rebuilding its state; the answer tells how far it is.',
    action: 'Wait and send again.',
    status: 503,
    retriable: true,
  },
  bus_unavailable: {
    meaning: 'The service cannot reach the bus.',
    action: 'Send again later, with the same Idempotency-Key if it had one.',
    status: 503,
    retriable: true,
  },
  state_unavailable: {
    meaning: 'The service cannot reach its state store.',
    action: 'Send again later.',
    status: 503,
    retriable: true,
  },
  number_out_of_range: {
    meaning: 'A number is outside ±(2^53-1); the message names the field.',
    action: 'Send a smaller number, or a text.',
    status: 400,
    retriable: false,
  },
  key_reused: {
    meaning: 'This Idempotency-Key was used for another request.',
    action: 'Make a new key for a new request.',
    status: 422,
    retriable: false,
  },
  repeated: {
    meaning:
      'This was carried out before, and the answer to it is lost; the message says where its events are.',
    action: 'Do not send it again; look at what it has done.',
    status: 409,
    retriable: false,
  },
  wrong_credentials: {
    meaning: 'The name or the password is wrong; which of them is not told.',
    action: 'Type them again.',
    status: 401,
    retriable: false,
  },
  refused: {
    meaning: 'The request is well formed, but a rule of the service refuses it; the message says which.',
    action: 'Ask for something else.',
    status: 400,
    retriable: false,
  },
  bad_media_type: {
    meaning: 'A body must be JSON, and its content type must say so.',
    action: 'Send it as application/json.',
    status: 415,
    retriable: false,
  },
  rate_limited: {
    meaning: 'Too many requests, or too many wrong passwords.',
    action: 'Wait as long as Retry-After says.',
    status: 429,
    retriable: true,
  },
  service_unavailable: {
    meaning: 'No instance of the service answers; nothing has happened.',
    action: 'Send again later.',
    status: 503,
    retriable: true,
  },
  unknown_outcome: {
    meaning: 'The service went away while it worked: it may have carried the command out.',
    action: 'Send again with the same Idempotency-Key; without one, look first.',
    status: 503,
    retriable: true,
  },
  internal: {
    meaning: 'The process made a mistake; its log has the details.',
    action: 'Tell the operator what you asked for and when.',
    status: 500,
    retriable: false,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
