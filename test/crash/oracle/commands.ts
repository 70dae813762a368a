/**
 * Every command exactly once: a command that was carried out has one root event in the log, one that was refused has none, and
 * no root event came from nobody. A command that was given twice under one key counts once, with one answer. That holds over every loss of a
 * service's state, for the bus keeps which commands were carried out; but who is tried again on a state that has lost the answer may be
 * refused by a rule, since what it asked for is done (the name is taken, the money is gone).
 */
import type { ExportedEvent } from '../../support/system.js';
import type { Loss } from '../injector.js';
import type { Command, Order, Outcome } from '../load.js';
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
  for (const [key, given] of groupedBy(commands, (command) => command.key)) {
    const { order } = given[0]!;
    const name = `${JSON.stringify(order)} (key ${key})`;
    const found = roots.get(key) ?? [];
    roots.delete(key);
    for (const event of found)
      if (!matches(event, order) || !given.every(({ outcome }) => isNamed(event, outcome)))
        faults.push(`${name} has another event: ${JSON.stringify(event)}`);

    const lost = losses.some((loss) => given.some((one) => overlap(loss, one)));
    const outcomes = given.map(({ outcome }) => outcome);
    const counted = lost && found.length > 0 ? outcomes.filter(({ kind }) => kind !== 'refused') : outcomes;
    const answers = [...new Set(counted.map((outcome) => JSON.stringify(outcome)))];
    if (answers.length > 1) faults.push(`${name} was answered as ${answers.join(' and as ')}`);
    const refused = counted.length > 0 && counted.every(({ kind }) => kind === 'refused');
    if (found.length === (refused ? 0 : 1)) continue;
    const at = found.map(({ position }) => position);
    faults.push(`${name}, answered as ${answers}, is ${found.length} times in the log, at [${at}]`);
  }
  for (const [key, found] of roots)
    faults.push(`nobody gave the command ${key} of ${found.map(({ position }) => `position ${position}`)}`);
  return faults;
}

function overlap({ service, from, to }: Loss, command: Command): boolean {
  const concerned = service === undefined || service === SERVICE[command.order.kind];
  return concerned && command.from <= to && command.to >= from;
}

/** Whether the answer names this event, if it names one: also one that was made from the log, because the first was lost. */
function isNamed(event: ExportedEvent, outcome: Outcome): boolean {
  if (outcome.kind === 'verdict') return field(event, 'id') === outcome.transaction;
  return outcome.kind !== 'requested' || field(event, 'request_id') === outcome.requestId;
}

/** Whether the event is what the command asks for. */
function matches(event: ExportedEvent, order: Order): boolean {
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
