/** One key's values with the refused attempts between them. Pure. */
import type { BusEvent, RefusedAttempt } from '../../../common/pages/operator.js';

export type KeyRow =
  | { kind: 'event'; event: BusEvent }
  | { kind: 'refused'; attempt: RefusedAttempt; id: string };

/** In the order of the key: each attempt stands behind the value that was the newest when it was refused (−1: before the first). */
export function keyRows(events: readonly BusEvent[], refused: readonly RefusedAttempt[]): KeyRow[] {
  const attempts = [...refused].sort((a, b) => a.after_value - b.after_value || compare(a.time, b.time));
  const rows: KeyRow[] = [];
  let next = 0;
  const takeBelow = (value: number) => {
    for (; next < attempts.length && attempts[next]!.after_value < value; next += 1) {
      const attempt = attempts[next]!;
      rows.push({ kind: 'refused', attempt, id: `${attempt.time} ${next}` });
    }
  };
  for (const event of events) {
    takeBelow(event.consistency.value);
    rows.push({ kind: 'event', event });
  }
  takeBelow(Number.POSITIVE_INFINITY);
  return rows;
}

/** The first value that is missing between these, or undefined: a key without a gap has none. */
export function gapOf(events: readonly BusEvent[]): number | undefined {
  const at = events.findIndex(
    ({ consistency }, index) => index > 0 && consistency.value !== events[index - 1]!.consistency.value + 1,
  );
  return at < 0 ? undefined : events[at - 1]!.consistency.value + 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a refused attempt had taken for granted, in words. */
export function expectation({ expect }: Pick<RefusedAttempt, 'expect'>): string {
  const { kind, value } = (expect ?? {}) as { kind?: unknown; value?: unknown };
  if (kind === 'exact') return `wanted to be value ${value}`;
  if (kind === 'seen') return Number(value) < 0 ? 'had seen none' : `had seen up to value ${value}`;
  return `expected ${JSON.stringify(expect)}`;
}
