/**
 * Every answer of the gateway that is not a success has this body. `error` is for people, `code` for programs; `field` names
 * the field of the request that is wrong, `id` is what the log of the process that failed knows the failure by.
 */
export interface PageError {
  readonly error: string;
  readonly code: PageErrorCode;
  readonly field?: string;
  readonly id?: string;
}

/** What a page can do about each is in `PAGE_ERRORS`; a reader treats a code that it does not know as `internal`. */
export const PAGE_ERRORS = {
  bad_request: { status: 400, meaning: 'Something in the request is wrong; `field` says what.' },
  refused: { status: 400, meaning: 'The request is well formed, but a rule of the bank refuses it.' },
  wrong_credentials: { status: 401, meaning: 'The name or the password is wrong; which one is not told.' },
  unauthorized: {
    status: 401,
    meaning: 'Nobody is signed in, or the token has run out: refresh, or sign in.',
  },
  forbidden: {
    status: 403,
    meaning: 'Who is signed in may not do this, or the request came from another site.',
  },
  not_found: { status: 404, meaning: 'There is no such thing, or it belongs to somebody else.' },
  method_not_allowed: { status: 405, meaning: 'The address exists, but not with this method.' },
  conflict: { status: 409, meaning: 'Others kept changing what this depends on: send it again.' },
  too_large: { status: 413, meaning: 'The body is above the limit.' },
  bad_media_type: { status: 415, meaning: 'A body must be sent as application/json.' },
  key_reused: { status: 422, meaning: 'This Idempotency-Key was used for another request.' },
  rate_limited: { status: 429, meaning: 'Too many requests: wait as long as Retry-After says.' },
  internal: { status: 500, meaning: 'The gateway made a mistake; its log has the details under `id`.' },
  handler_failed: { status: 500, meaning: 'The service made a mistake; its log has the details under `id`.' },
  service_unavailable: {
    status: 503,
    meaning: 'No instance of the service answers: wait, and send it again.',
  },
  unknown_outcome: {
    status: 503,
    meaning:
      'The service did not answer, and may have carried the command out: send it again with the same Idempotency-Key.',
  },
} as const satisfies Record<string, { readonly status: number; readonly meaning: string }>;

export type PageErrorCode = keyof typeof PAGE_ERRORS;
