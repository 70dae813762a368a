import { ERRORS, type ErrorCode } from '../../../common/errors.js';

/** A request that is refused: becomes `{error, message, …details}` with the status of the error registry. */
export class HttpError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string = ERRORS[code].meaning,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'HttpError';
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** A parameter or a field of the body is wrong. */
export function badField(field: string, problem: string): HttpError {
  return new HttpError('bad_request', `${field}: ${problem}`, { field });
}
