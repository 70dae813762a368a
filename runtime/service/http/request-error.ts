import type { ErrorCode } from '../../../common/errors.js';

/** A request that the host refuses before any script runs: a row of the error registry, in words for the caller. */
export class RequestError extends Error {
  constructor(
    readonly code: Extract<
      ErrorCode,
      'bad_request' | 'number_out_of_range' | 'too_large' | 'not_found' | 'method_not_allowed'
    >,
    message: string,
    /** what of the request is wrong: `body.amount`, `query`, a header's name */
    readonly field?: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'RequestError';
  }
}
