/**
 * What is chosen on a statement, as it stands in the address. Anything that is not one of these is `undefined`, and not left
 * out: what a validator leaves out, the router takes from the address as it stands.
 */
import { endOfDay } from '../../format/time.js';

export const DIRECTIONS = ['in', 'out'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface StatementSearch {
  /** a day (the statement as it was at its end, where the person is), or an instant in RFC 3339 */
  as_of?: string | undefined;
  /** in the note or the amount */
  q?: string | undefined;
  direction?: Direction | undefined;
}

export function statementSearch(search: Record<string, unknown>): StatementSearch {
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const asOf = text(search.as_of);
  return {
    as_of: instantOf(asOf) === undefined ? undefined : asOf,
    q: text(search.q) || undefined,
    direction: DIRECTIONS.find((one) => one === search.direction),
  };
}

/** The instant (Unix milliseconds) that `as_of` means. */
export function instantOf(asOf: string | undefined): number | undefined {
  if (!asOf) return undefined;
  const day = endOfDay(asOf);
  if (day !== undefined) return day;
  const instant = /^\d{4}-\d{2}-\d{2}T/.test(asOf) ? Date.parse(asOf) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

/**
 * The same, if it is over at `now`. How an account will stand at an instant that is still to come is told by following it: it is a
 * statement of now.
 */
export function pastInstantOf(asOf: string | undefined, now: number): number | undefined {
  const instant = instantOf(asOf);
  return instant !== undefined && instant < now ? instant : undefined;
}
