import { rememberingLast } from '../remembering-last.js';

/**
 * The two forms of a correlation: the UUID text `correlation`, and the number `correlation_id` (0…2^32-1) of the first
 * generation, which is the last eight hexadecimal digits of the UUID. Events come in groups of one correlation.
 */
const OF_A_NUMBER = '00000000-0000-8000-8000-0000';

export const correlationIdOf = rememberingLast((correlation: string) =>
  Number.parseInt(correlation.slice(-8), 16),
);

/** The UUID for an event that brings only the number; `correlationIdOf` gives the number back. */
export const correlationOf = rememberingLast((id: number) => OF_A_NUMBER + id.toString(16).padStart(8, '0'));
