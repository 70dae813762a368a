/**
 * What the whole log comes to: how many events of which type, by whom, in which hour; the money; the transfers; the slowest traces. A fold,
 * event by event in the order of the log; nothing here asks or waits.
 */
import type { BusEvent } from '../../../common/pages/operator.js';
import { slowTraces } from './slow-traces.js';

export interface BookView {
  /** position of the last event that was counted */
  readonly upTo: number;
  readonly types: readonly Count[];
  readonly services: readonly Count[];
  /** by hour, oldest first; `name` is its beginning in RFC 3339 */
  readonly hours: readonly Count[];
  readonly money: Money;
  readonly transfers: Transfers;
  /** the longest first */
  readonly slowest: readonly { readonly correlation: string; readonly ms: number; readonly events: number }[];
}

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** In minor units. `debited` and `credited` are of transfers: equal, or money was made or lost. */
export interface Money {
  readonly paidIn: number;
  readonly paidOut: number;
  /** credits that neither a transfer nor the accounts service made: refunds of loyalty */
  readonly refunded: number;
  readonly debited: number;
  readonly credited: number;
}

export interface Transfers {
  readonly accepted: number;
  readonly refused: number;
  /** without a verdict so far */
  readonly pending: number;
}

export interface Book {
  add(events: readonly BusEvent[]): void;
  view(): BookView;
}

export function createBook(): Book {
  const [types, services, hours] = [new Map(), new Map(), new Map()] as Map<string, number>[];
  const money = { paidIn: 0, paidOut: 0, refunded: 0, debited: 0, credited: 0 };
  const transfers = { asked: 0, accepted: 0, refused: 0 };
  const traces = slowTraces();
  let upTo = 0;
  /** Verdict, debit and credit of a transfer are one batch, the verdict first. */
  let transferBatch: string | undefined;

  function count(event: BusEvent): void {
    raise(types!, event.event_type);
    raise(services!, event.sender);
    raise(hours!, `${event.time.slice(0, 13)}:00:00Z`);
    traces.add(event);
    const amount = amountOf(event);
    const ofTransfer = event.batch_id !== undefined && event.batch_id === transferBatch;
    switch (event.event_type) {
      case 'PendingTransaction':
        transfers.asked += 1;
        break;
      case 'AcceptedTransaction':
        transfers.accepted += 1;
        transferBatch = event.batch_id;
        break;
      case 'RejectedTransaction':
        transfers.refused += 1;
        break;
      case 'ConfirmedDebit':
        money[ofTransfer ? 'debited' : 'paidOut'] += amount;
        break;
      case 'ConfirmedCredit':
        money[ofTransfer ? 'credited' : event.sender === 'accounts' ? 'paidIn' : 'refunded'] += amount;
    }
  }

  return {
    add(events) {
      for (const event of events) {
        const position = Number(event.position);
        if (position <= upTo) continue;
        upTo = position;
        count(event);
      }
    },
    view: () => ({
      upTo,
      types: byCount(types!),
      services: byCount(services!),
      hours: [...hours!].map(([name, times]) => ({ name, count: times })),
      money: { ...money },
      transfers: {
        accepted: transfers.accepted,
        refused: transfers.refused,
        pending: transfers.asked - transfers.accepted - transfers.refused,
      },
      slowest: traces.slowest(),
    }),
  };
}

function raise(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function byCount(counts: Map<string, number>): Count[] {
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

function amountOf({ data }: BusEvent): number {
  const amount = typeof data === 'object' && data !== null && !Array.isArray(data) ? data.amount : undefined;
  return typeof amount === 'number' ? amount : 0;
}
