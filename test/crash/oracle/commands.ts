/**
 * Every command exactly once: a command that was carried out has one root event in the log, one that was refused has none, and
 * no root event came from nobody. Only a command that was tried over a loss of its service's state may be there twice.
 */
import type { ExportedEvent } from '../../support/system.js';
import type { Loss } from '../injector.js';
import type { Command, Order } from '../load.js';
import { amountOf, type Evidence, field, groupedBy } from './evidence.js';

const SERVICE: Readonly<Record<Order['kind'], string>> = {
  user: 'users',
  account: 'users',
  deposit: 'accounts',
  withdrawal: 'accounts',
  transfer: 'transactions',
};

export function commandFaults({ events, commands, losses }: Evidence): string[] {
  const faults: string[] = [];
  const roots = groupedBy(
    events.filter(({ causation }) => causation === undefined),
    ({ correlation }) => correlation,
  );
  for (const command of commands) {
    const found = roots.get(command.key) ?? [];
    roots.delete(command.key);
    const name = `${JSON.stringify(command.order)} (${JSON.stringify(command.outcome)}, key ${command.key})`;
    for (const event of found)
      if (!matches(event, command)) faults.push(`${name} has another event: ${JSON.stringify(event)}`);
    const carriedOut = command.outcome.kind !== 'refused';
    const repeatable = losses.some((loss) => overlap(loss, command));
    if (found.length === (carriedOut ? 1 : 0)) continue;
    if (repeatable && (found.length > 1 || !carriedOut)) continue;
    faults.push(`${name} is ${found.length} times in the log, at ${found.map(({ position }) => position)}`);
  }
  for (const [key, found] of roots)
    faults.push(`nobody gave the command ${key} of ${found.map(({ position }) => `position ${position}`)}`);
  return faults;
}

function overlap({ service, from, to }: Loss, command: Command): boolean {
  const concerned = service === undefined || service === SERVICE[command.order.kind];
  return concerned && command.from <= to && command.to >= from;
}

/** Whether the event is what the command asks for. A repeated one has another number than the answer that was lost. */
function matches(event: ExportedEvent, { order }: Command): boolean {
  const { event_type: type } = event;
  switch (order.kind) {
    case 'user':
      return type === 'UserCreated' && field(event, 'username') === order.name;
    case 'account':
      return type === 'AccountCreationRequest' && field(event, 'username') === order.user;
    case 'deposit':
    case 'withdrawal':
      return (
        type === (order.kind === 'deposit' ? 'ConfirmedCredit' : 'ConfirmedDebit') &&
        field(event, 'id') === order.account &&
        amountOf(event) === order.amount
      );
    case 'transfer':
      return (
        type === 'PendingTransaction' &&
        field(event, 'fromAccountId') === order.from &&
        field(event, 'toAccountId') === order.to &&
        amountOf(event) === order.amount
      );
  }
}
