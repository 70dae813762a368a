/** A cursor names a position of the log: clients keep it and hand it back, and read nothing into it. '0' stands before all. */
export function cursorOf(position: number): string {
  return String(position);
}

const CURSOR = /^(?:0|[1-9][0-9]{0,15})$/;

/** The position that a cursor names; undefined if the text is no cursor. */
export function positionOf(cursor: string): number | undefined {
  if (!CURSOR.test(cursor)) return undefined;
  const position = Number(cursor);
  return Number.isSafeInteger(position) ? position : undefined;
}
