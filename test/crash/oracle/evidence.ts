import type { ExportedEvent } from '../../support/system.js';
import type { Loss } from '../injector.js';
import type { Command } from '../load.js';

/** What a judge looks at when everything has come to rest. */
export interface Evidence {
  /** every event of the log, in order, as `event-bus export` prints them */
  readonly events: readonly ExportedEvent[];
  readonly commands: readonly Command[];
  readonly losses: readonly Loss[];
}

/** Text of a field of an event's data that the oracle compares. */
export function field(event: ExportedEvent, name: string): number | string | undefined {
  return (event.data as Readonly<Record<string, number | string | undefined>>)[name];
}

export function amountOf(event: ExportedEvent): number {
  return Number(field(event, 'amount'));
}

export function groupedBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key | undefined,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
