import type { StoredEvent } from '../../common/events.js';
import type { ReadFilter } from './event-store.js';
import type { Source, Term } from './source.js';

type Conditions = Omit<ReadFilter, 'limit'>;

/** The terms of which one must be an event's; undefined: the filter names none. The narrowest kind that the filter names. */
function termsOf(filter: Conditions): readonly Term[] | undefined {
  if (filter.key !== undefined) return [{ kind: 'key', text: filter.key }];
  if (filter.correlation !== undefined) return [{ kind: 'correlation', text: filter.correlation }];
  if (filter.sessionId !== undefined) return [{ kind: 'session', text: String(filter.sessionId) }];
  return filter.eventTypes?.map((text) => ({ kind: 'type', text }));
}

/** Positions above `after` at which matching events may be: a superset, ascending. */
export function* candidates(sources: readonly Source[], filter: Conditions, after: number): Iterable<number> {
  const terms = termsOf(filter);
  let before = after;
  for (const source of sources) {
    if (terms === undefined) yield* source.matching(undefined, before);
    else yield* merged(terms.map((term) => source.matching(term, before)));
    before = Math.max(before, source.last);
  }
}

/** True if every condition holds that an event can be judged by alone (all but debts). */
export function matches(event: StoredEvent, filter: Conditions): boolean {
  return (
    (filter.eventTypes === undefined || filter.eventTypes.includes(event.type)) &&
    (filter.key === undefined || filter.key === event.key) &&
    (filter.correlation === undefined || filter.correlation === event.correlation) &&
    (filter.sessionId === undefined || filter.sessionId === event.sessionId) &&
    (filter.since === undefined || event.time >= filter.since) &&
    (filter.until === undefined || event.time <= filter.until)
  );
}

/** Ascending numbers out of several ascending sequences, each number once. */
function* merged(sequences: readonly Iterable<number>[]): Iterable<number> {
  if (sequences.length === 1) {
    yield* sequences[0]!;
    return;
  }
  const iterators = sequences.map((sequence) => sequence[Symbol.iterator]());
  const heads = iterators.map((iterator) => iterator.next());
  try {
    for (;;) {
      let lowest: number | undefined;
      for (const head of heads)
        if (head.done !== true && (lowest === undefined || head.value < lowest)) lowest = head.value;
      if (lowest === undefined) return;
      heads.forEach((head, at) => {
        if (head.done !== true && head.value === lowest) heads[at] = iterators[at]!.next();
      });
      yield lowest;
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}
