import { positionOf } from './protocol/cursor.js';
import { parseRfc3339, rfc3339 } from './protocol/times.js';

/** A point of the log, as people name it: the event it stands behind, or an instant, with every event accepted until then. */
export type PointInLog =
  | { readonly kind: 'position'; readonly position: number }
  /** Unix ms */
  | { readonly kind: 'time'; readonly time: number };

/** @throws Error that says what is due */
export function parsePoint(text: string): PointInLog {
  const position = positionOf(text);
  if (position !== undefined) return { kind: 'position', position };
  const time = parseRfc3339(text);
  if (time === undefined)
    throw new Error('must be a cursor, such as 1200, or a time by RFC 3339, such as 2026-01-31T12:00:00Z');
  return { kind: 'time', time };
}

/** One text for all ways to write the same point. */
export function pointText(point: PointInLog): string {
  return point.kind === 'position' ? String(point.position) : rfc3339(point.time);
}
