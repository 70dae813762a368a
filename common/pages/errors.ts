import type { ErrorCode } from '../errors.js';

/**
 * Every answer of the gateway that is not a success has this body. `error` is for people; `code` is one of the registry of errors
 * (common/errors.ts), which says its status, what it means and what to do; `field` names the field of the request that is wrong;
 * `id` is what the log of the process that failed knows the failure by.
 */
export interface PageError {
  readonly error: string;
  readonly code: ErrorCode;
  readonly field?: string;
  readonly id?: string;
}
