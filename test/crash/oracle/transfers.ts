/**
 * Where money moves: an accepted transfer debits and credits what was ordered, in one batch; apart from transfers money comes in by
 * deposits and refunds and goes out by withdrawals, and what came in less what went out is what the accounts hold.
 */
import { foldBank } from '../../support/oracle.js';
import type { ExportedEvent } from '../../support/system.js';
import { amountOf, type Evidence, field, groupedBy } from './evidence.js';

export function transferFaults({ events, commands }: Evidence): string[] {
  const log = foldBank(events);
  const faults = [...log.faults];
  const orders = new Map(
    events
      .filter(({ event_type }) => event_type === 'PendingTransaction')
      .map((event) => [field(event, 'id'), event]),
  );
  const batches = groupedBy(events, ({ batch_id }) => batch_id);

  for (const event of events.filter(({ event_type }) => event_type === 'AcceptedTransaction')) {
    const id = field(event, 'transaction_id');
    const order = orders.get(id);
    const batch = event.batch_id === undefined ? [] : (batches.get(event.batch_id) ?? []);
    if (order === undefined || !moves(batch, order))
      faults.push(`transaction ${id}: its batch does not move what was ordered (position ${event.position})`);
  }

  const undecided = [...log.pending].filter((id) => !log.verdicts.has(id));
  if (undecided.length > 0) faults.push(`transactions ${undecided} never got a verdict`);
  for (const { outcome } of commands)
    if (outcome.kind === 'verdict' && log.verdicts.get(outcome.transaction) !== outcome.status)
      faults.push(
        `transaction ${outcome.transaction} was answered as ${outcome.status}, the log says ${log.verdicts.get(outcome.transaction)}`,
      );

  const held = [...log.balances.values()].reduce((sum, balance) => sum + balance, 0);
  const due = events.reduce((sum, event) => sum + fromOutside(event, batches), 0);
  if (held !== due) faults.push(`the accounts hold ${held}, but what came in less what went out is ${due}`);
  return faults;
}

function moves(batch: readonly ExportedEvent[], order: ExportedEvent): boolean {
  const booked = (type: string, account: number | string | undefined) =>
    batch.filter(
      (event) =>
        event.event_type === type && field(event, 'id') === account && amountOf(event) === amountOf(order),
    ).length === 1;
  return (
    batch.length === 3 &&
    booked('ConfirmedDebit', field(order, 'fromAccountId')) &&
    booked('ConfirmedCredit', field(order, 'toAccountId'))
  );
}

/** What an event brings into the bank (less than zero: takes out of it), other than by a transfer. */
function fromOutside(event: ExportedEvent, batches: ReadonlyMap<string, readonly ExportedEvent[]>): number {
  const { event_type: type, batch_id: batch } = event;
  if (type !== 'ConfirmedCredit' && type !== 'ConfirmedDebit') return 0;
  const others = batch === undefined ? [] : (batches.get(batch) ?? []);
  if (others.some(({ event_type }) => event_type === 'AcceptedTransaction')) return 0;
  return type === 'ConfirmedCredit' ? amountOf(event) : -amountOf(event);
}
