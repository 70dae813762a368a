import { ERRORS, type ErrorCode } from '../common/errors.js';
import type { PageError } from '../common/pages/errors.js';

/** What is told beside code and message. */
export interface ProblemDetails {
  readonly field?: string | undefined;
  /** what the log of the process that failed knows it by */
  readonly id?: string | undefined;
  /** where the registry's is not the one: a refusal of a service keeps its own */
  readonly status?: number | undefined;
  readonly retryAfterS?: number | undefined;
}

/** Seconds after which a caller may well ask again. */
const RETRY_AFTER_S = 1;

/** A request that is not carried out: becomes a `PageError` with the status of the registry. */
export class Problem extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string = ERRORS[code].meaning,
    readonly details: ProblemDetails = {},
  ) {
    super(message);
    this.name = 'Problem';
  }

  get status(): number {
    return this.details.status ?? ERRORS[this.code].status;
  }

  get headers(): Record<string, string> {
    const { retryAfterS } = this.details;
    if (retryAfterS === undefined && !ERRORS[this.code].retriable) return {};
    return { 'retry-after': String(retryAfterS ?? RETRY_AFTER_S) };
  }

  get body(): PageError {
    const { field, id } = this.details;
    return {
      error: this.message,
      code: this.code,
      ...(field !== undefined && { field }),
      ...(id !== undefined && { id }),
    };
  }
}

/** What is not there, or is somebody else's: both are told in the same words. */
export function notThere(what: string): Problem {
  return new Problem('not_found', `There is no ${what}.`);
}
