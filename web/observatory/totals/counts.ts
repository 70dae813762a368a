/** How many events of which type, by whom, in which hour: what the bus has counted, and what was pushed since. Nothing here asks or waits. */
import type { BusEvent, HourTotals } from '../../../common/pages/operator.js';

export interface CountsView {
  /** position of the last event that was counted */
  readonly upTo: number;
  readonly types: readonly Count[];
  readonly services: readonly Count[];
  /** by hour, oldest first; `name` is its beginning in RFC 3339 */
  readonly hours: readonly Count[];
  readonly transfers: Transfers;
}

export interface Count {
  readonly name: string;
  readonly count: number;
}

export interface Transfers {
  readonly accepted: number;
  readonly refused: number;
  /** without a verdict so far */
  readonly pending: number;
}

export interface Counts {
  /** Pages of the bus, in their order. */
  addHours(page: Pick<HourTotals, 'hours' | 'counted'>): void;
  /** What is counted already is left out. */
  addEvents(events: readonly BusEvent[]): void;
  view(): CountsView;
}

export function createCounts(): Counts {
  const [types, services, hours] = [new Map(), new Map(), new Map()] as Map<string, number>[];
  let upTo = 0;

  const raise = (hour: string, type: string, sender: string, count: number) => {
    for (const [counts, name] of [
      [types!, type],
      [services!, sender],
      [hours!, hour],
    ] as const)
      counts.set(name, (counts.get(name) ?? 0) + count);
  };
  const of = (type: string) => types!.get(type) ?? 0;

  return {
    addHours({ hours: counted, counted: position }) {
      for (const { hour, counts } of counted)
        for (const { event_type, sender, count } of counts) raise(hour, event_type, sender, count);
      upTo = Number(position);
    },
    addEvents(events) {
      for (const { position, time, event_type, sender } of events) {
        if (Number(position) <= upTo) continue;
        upTo = Number(position);
        raise(`${time.slice(0, 13)}:00:00Z`, event_type, sender, 1);
      }
    },
    view() {
      const [accepted, refused] = [of('AcceptedTransaction'), of('RejectedTransaction')];
      return {
        upTo,
        types: byCount(types!),
        services: byCount(services!),
        hours: [...hours!].map(([name, count]) => ({ name, count })),
        transfers: { accepted, refused, pending: of('PendingTransaction') - accepted - refused },
      };
    },
  };
}

function byCount(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}
