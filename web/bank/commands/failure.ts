/**
 * What a try that failed says of the command itself. Pure.
 *
 * A service gives one answer per key, whichever try it comes to; what keeps a request from the service says nothing of the key.
 */
import type { ErrorCode } from '../../../common/errors.js';
import type { Problem } from '../../api/problem.js';

export type Failure =
  /** the bank's own rules refuse it: this is its answer */
  | 'refused'
  /** it was carried out by an earlier try, and the answer to it is lost */
  | 'repeated'
  /** this try was turned away before anybody looked at the command; of an earlier one that says nothing */
  | 'turned-away'
  /** nobody can say whether it was carried out */
  | 'unknown';

/** What a service says to a command that it has looked at. */
const REFUSALS: readonly ErrorCode[] = ['refused', 'bad_request', 'not_found'];

export function failureOf({ code, outcomeUnknown }: Pick<Problem, 'code' | 'outcomeUnknown'>): Failure {
  if (outcomeUnknown) return 'unknown';
  if (code === 'repeated') return 'repeated';
  // The gateway may have asked an instance before that went away with the command: only the same key is safe.
  if (code === 'conflict') return 'unknown';
  return REFUSALS.some((refusal) => refusal === code) ? 'refused' : 'turned-away';
}
