import { positionOf } from '../../common/protocol/cursor.js';
import type { Limits } from '../../common/protocol/limits.js';
import type { QueryMessage } from '../../common/protocol/messages.js';
import { parseRfc3339 } from '../../common/protocol/times.js';
import type { ReadFilter } from '../store/event-store.js';

/** The conditions of a query, as they stand on the wire and in the HTTP addresses. */
export type Conditions = Pick<
  QueryMessage,
  'event_types' | 'since' | 'after' | 'until' | 'key' | 'correlation' | 'session_id' | 'limit'
>;

/** A condition that cannot be understood, by its name on the wire. */
export class ConditionError extends Error {
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field}: ${problem}`);
    this.name = 'ConditionError';
  }
}

/** @throws ConditionError naming the first condition that is wrong */
export function readFilterOf(conditions: Conditions, limits: Limits): ReadFilter {
  const { event_types: types, since, until, after, key, correlation, session_id: sessionId } = conditions;
  return {
    ...(!types.includes('*') && { eventTypes: types }),
    // `since` means later than; times are whole milliseconds
    ...(since !== undefined && since !== '*' && { since: instantOf('since', since) + 1 }),
    ...(until !== undefined && { until: instantOf('until', until) }),
    ...(after !== undefined && { after: cursorPosition('after', after) }),
    ...(key !== undefined && { key }),
    ...(correlation !== undefined && { correlation: correlation.toLowerCase() }),
    ...(sessionId !== undefined && { sessionId }),
    limit: Math.min(conditions.limit ?? limits.queryLimitDefault, limits.queryLimitMax),
  };
}

/** @throws ConditionError if it is not a cursor of this bus */
export function cursorPosition(field: string, cursor: string): number {
  const position = positionOf(cursor);
  if (position === undefined) throw new ConditionError(field, 'is not a cursor of this bus');
  return position;
}

function instantOf(field: string, text: string): number {
  const instant = parseRfc3339(text);
  if (instant === undefined) {
    throw new ConditionError(field, 'must be a time by RFC 3339, such as 2026-01-31T12:00:00Z');
  }
  return instant;
}
