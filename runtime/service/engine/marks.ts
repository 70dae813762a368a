/**
 * The applied mark of a consistency key: which of its events have their effect in this store. Pure.
 *
 * Text form, readable in the store: `12` = every event up to value 12 that this service subscribes to; `12+14,15` = and the
 * values 14 and 15 ahead of it (the service's own events, whose effect was written by the handler that sent them). No text =
 * no event yet (`upTo` -1).
 *
 * Invariant: `ahead` is strictly ascending and starts above `upTo + 1`.
 */
export interface Mark {
  readonly upTo: number;
  readonly ahead: readonly number[];
}

const NO_MARK: Mark = { upTo: -1, ahead: [] };

/** @throws Error if the text was not written by `formatMark` */
export function parseMark(text: string | undefined): Mark {
  if (text === undefined) return NO_MARK;
  const match = /^(-1|\d+)(?:\+(\d+(?:,\d+)*))?$/.exec(text);
  if (!match) throw new Error(`not an applied mark: ${text}`);
  return { upTo: Number(match[1]), ahead: match[2] === undefined ? [] : match[2].split(',').map(Number) };
}

export function formatMark({ upTo, ahead }: Mark): string {
  return ahead.length === 0 ? `${upTo}` : `${upTo}+${ahead.join(',')}`;
}

export function covers({ upTo, ahead }: Mark, value: number): boolean {
  return value <= upTo || ahead.includes(value);
}

/** Everything up to `value` is applied: for an event handled in the order of its lane. */
export function raise(mark: Mark, value: number): Mark {
  return value <= mark.upTo ? mark : joined(value, mark.ahead);
}

/** Exactly `value` is applied, although events before it may still be owed. */
export function raiseAhead(mark: Mark, value: number): Mark {
  return covers(mark, value) ? mark : joined(mark.upTo, [...mark.ahead, value]);
}

/**
 * Takes back `raise(before, value)`, keeping what has been marked ahead since. Right only while the event `value` is still
 * owed, so that nothing above it was raised in lane order.
 */
export function lower(mark: Mark, before: Mark, value: number): Mark {
  const merged = Array.from({ length: mark.upTo - value }, (_, n) => value + 1 + n);
  return joined(before.upTo, [...before.ahead.filter((ahead) => ahead !== value), ...merged, ...mark.ahead]);
}

function joined(upTo: number, values: readonly number[]): Mark {
  const ahead = [...new Set(values)].filter((value) => value > upTo).sort((a, b) => a - b);
  let top = upTo;
  while (ahead[0] === top + 1) {
    top++;
    ahead.shift();
  }
  return { upTo: top, ahead };
}
