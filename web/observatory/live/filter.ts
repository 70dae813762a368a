/** Which events are wanted. Pure. */
import type { BusEvent } from '../../../common/pages/operator.js';
import type { Search } from '../search.js';

/** As in the address: `types` and `sender` with commas between, `key` with `*` at its end for all that begin so. */
export type Filter = Search<'types' | 'key' | 'correlation' | 'sender' | 'q'>;

/** A test of events; undefined if all are wanted. */
export function matcherOf(filter: Filter): ((event: BusEvent) => boolean) | undefined {
  const tests = [
    listTest(filter.types, ({ event_type }) => event_type),
    listTest(filter.sender, ({ sender }) => sender),
    keyTest(filter.key),
    correlationTest(filter.correlation),
    textTest(filter.q),
  ].filter((test) => test !== undefined);
  return tests.length === 0 ? undefined : (event) => tests.every((test) => test(event));
}

type Test = ((event: BusEvent) => boolean) | undefined;

function listTest(list: string | undefined, of: (event: BusEvent) => string): Test {
  const wanted = new Set(itemsOf(list));
  return wanted.size === 0 ? undefined : (event) => wanted.has(of(event));
}

function keyTest(key: string | undefined): Test {
  if (key === undefined) return undefined;
  if (!key.endsWith('*')) return ({ consistency }) => consistency.key === key;
  const prefix = key.slice(0, -1);
  return ({ consistency }) => consistency.key.startsWith(prefix);
}

/** The whole id, or its end, as the list shows it. */
function correlationTest(correlation: string | undefined): Test {
  const sought = correlation?.trim().replace(/^…/, '').toLowerCase();
  return sought ? (event) => event.correlation.endsWith(sought) : undefined;
}

function textTest(q: string | undefined): Test {
  const sought = q?.trim().toLowerCase();
  if (!sought) return undefined;
  return (event) =>
    [event.event_type, event.consistency.key, JSON.stringify(event.data)].some((text) =>
      text.toLowerCase().includes(sought),
    );
}

export function itemsOf(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
