/**
 * The applied mark of a consistency key: which of its events have their effect in this store. Pure.
 *
 * Text form, readable in the store: `12` = every event up to value 12 that this service subscribes to; `12+14,15` = and
 * the values 14 and 15 ahead of it (the service's own events, whose effect was written by the handler that sent them);
 * `12+14 <entry>` = and the key is *claimed*: the outbox entry of this name holds a batch that was decided on this mark.
 * Nobody else decides about the key until that batch is judged. No text = no event yet (`upTo` -1).
 *
 * Invariants: `ahead` is strictly ascending and starts above `upTo + 1`.
 */
export interface Mark {
  readonly upTo: number;
  readonly ahead: readonly number[];
  /** name of the outbox entry that claims the key */
  readonly claim: string | undefined;
}

const NO_MARK: Mark = { upTo: -1, ahead: [], claim: undefined };

/** @throws Error if the text was not written by `formatMark` */
export function parseMark(text: string | undefined): Mark {
  if (text === undefined) return NO_MARK;
  const match = /^(-1|\d+)(?:\+([\d,]+))?(?: (.+))?$/.exec(text);
  if (!match) throw new Error(`not an applied mark: ${text}`);
  return {
    upTo: Number(match[1]),
    ahead: match[2] === undefined ? [] : match[2].split(',').map(Number),
    claim: match[3],
  };
}

export function formatMark({ upTo, ahead, claim }: Mark): string {
  const values = ahead.length === 0 ? `${upTo}` : `${upTo}+${ahead.join(',')}`;
  return claim === undefined ? values : `${values} ${claim}`;
}

export function covers(mark: Mark, value: number): boolean {
  return value <= mark.upTo || mark.ahead.includes(value);
}

/** Everything up to `value` is applied: for an event handled in the order of its lane. */
export function raise(mark: Mark, value: number): Mark {
  return value <= mark.upTo ? mark : joined(mark, value, mark.ahead);
}

/** Exactly `value` is applied, although events before it may still be owed. */
export function raiseAhead(mark: Mark, value: number): Mark {
  if (covers(mark, value)) return mark;
  const ahead = [...mark.ahead, value].sort((a, b) => a - b);
  return joined(mark, mark.upTo, ahead);
}

/**
 * Takes back `raise(before, value)`, keeping what has been marked ahead since. Right only while the event `value` is still
 * owed, so that nothing above it was raised in lane order.
 */
export function lower(mark: Mark, before: Mark, value: number): Mark {
  const merged = Array.from({ length: mark.upTo - value }, (_, n) => value + 1 + n);
  const ahead = [...new Set([...before.ahead, ...merged, ...mark.ahead])].filter((ahead) => ahead !== value);
  return joined(
    mark,
    before.upTo,
    ahead.sort((a, b) => a - b),
  );
}

export function claimed(mark: Mark, entry: string): Mark {
  return { ...mark, claim: entry };
}

/** Ends the claim of this entry; a claim of another one stays. */
export function released(mark: Mark, entry: string): Mark {
  return mark.claim === entry ? { ...mark, claim: undefined } : mark;
}

function joined({ claim }: Mark, upTo: number, ahead: readonly number[]): Mark {
  const rest = ahead.filter((value) => value > upTo);
  let top = upTo;
  while (rest[0] === top + 1) top = rest.shift()!;
  return { upTo: top, ahead: rest, claim };
}
