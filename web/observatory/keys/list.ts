/** The list of keys as pages hold it, in the order of their names, and what a pushed event changes in it. Pure. */
import type { BusEvent, KeyList } from '../../../common/pages/operator.js';

/**
 * A key that is known has the event's value then; a new one takes its place, if it begins so and its place is on the pages that were read.
 * Without a change the same pages come back.
 */
export function keysWithPushed(
  pages: readonly KeyList[],
  pushed: readonly BusEvent[],
  prefix: string,
): readonly KeyList[] {
  return pushed.reduce((now, event) => withEvent(now, event, prefix), pages);
}

function withEvent(
  pages: readonly KeyList[],
  { event_type, consistency: { key, value } }: BusEvent,
  prefix: string,
): readonly KeyList[] {
  if (!key.startsWith(prefix)) return pages;
  // Its page: the first that ends behind it, or the last one if that is the end of the list.
  const at = pages.findIndex(({ keys, next }) => next === undefined || key <= (keys.at(-1)?.key ?? ''));
  const page = pages[at];
  if (page === undefined) return pages;
  const known = page.keys.find((one) => one.key === key);
  if (known && known.head >= value) return pages;
  const changed = { key, head: value, last_of_type: { ...known?.last_of_type, [event_type]: value } };
  const keys = known
    ? page.keys.map((one) => (one === known ? changed : one))
    : page.keys.toSpliced(placeOf(key, page), 0, changed);
  return pages.with(at, { ...page, keys });
}

function placeOf(key: string, { keys }: KeyList): number {
  const place = keys.findIndex((one) => one.key > key);
  return place < 0 ? keys.length : place;
}
