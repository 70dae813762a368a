import { DEFAULT_LIMITS } from '../../../common/protocol/limits.js';
import type { HandlerError } from '../../../common/protocol/messages.js';

/** A handler's error with each text cut to what the bus takes: a `nack` that is refused would leave the event out until its deadline. */
export function boundedError({ message, traceback, script, version }: HandlerError): HandlerError {
  return {
    message: bounded(message),
    ...(traceback !== undefined && { traceback: bounded(traceback) }),
    ...(script !== undefined && { script: bounded(script) }),
    ...(version !== undefined && { version: bounded(version) }),
  };
}

function bounded(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= DEFAULT_LIMITS.errorTextBytesMax) return bytes.toString();
  // A character that is cut in two becomes one replacement character of three bytes.
  return bytes.subarray(0, DEFAULT_LIMITS.errorTextBytesMax - 6).toString();
}
