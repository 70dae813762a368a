import type { ErrorCode } from '../common/errors.js';

/** A request to the launcher that cannot be met. */
export class ControlRefusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}
