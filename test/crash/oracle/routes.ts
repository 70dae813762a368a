/** Whether the routes of every instance answer what the log says: balances, statements, verdicts, points, users' accounts. */
import { Bank } from '../../../deploy/populate/bank.js';
import { statementFaults } from '../../../deploy/populate/books.js';
import { foldBank } from '../../support/oracle.js';
import type { ExportedEvent } from '../../support/system.js';
import { amountOf, field, groupedBy } from './evidence.js';
import { foldLoyalty } from './loyalty.js';

const AT_ONCE = 16;

export async function routeFaults(events: readonly ExportedEvent[], bank: Bank): Promise<string[]> {
  const faults: string[] = [];
  for (const [service, urls] of Object.entries(bank.addresses))
    for (const url of urls) {
      const found = await check(service, new Bank({ [service]: [url] }), events);
      faults.push(...found.map((fault) => `${url}: ${fault}`));
    }
  return faults;
}

/** @param bank has this service alone */
function check(service: string, bank: Bank, events: readonly ExportedEvent[]): Promise<string[]> {
  const log = foldBank(events);
  const accounts = [...log.balances.keys()];
  switch (service) {
    case 'accounts': {
      const booked = bookings(events);
      return each(accounts, async (id) => {
        const [{ balance }, statement] = await Promise.all([bank.account(id), bank.statement(id)]);
        return [
          ...differs(`balance of account ${id}`, balance, log.balances.get(id)),
          ...differs(
            `statement of account ${id}`,
            statement.map(({ amount }) => amount),
            booked.get(id) ?? [],
          ),
          ...statementFaults(id, balance, statement),
        ];
      });
    }
    case 'transactions':
      return each([...log.pending], async (id) => {
        const { status } = await bank.verdict(id);
        return differs(`verdict of transaction ${id}`, status, log.verdicts.get(id));
      });
    case 'loyalty': {
      const { members } = foldLoyalty({ events });
      return each(accounts, async (id) => {
        const { points, refunded } = await bank.points(id);
        return differs(
          `points of account ${id}`,
          { points, refunded },
          members.get(id) ?? { points: 0, refunded: 0 },
        );
      });
    }
    case 'users': {
      const created = events.filter(({ event_type }) => event_type === 'AccountCreated');
      const owned = groupedBy(created, (event) => String(field(event, 'username')));
      const users = events.filter(({ event_type }) => event_type === 'UserCreated');
      return each(users, async (user) => {
        const name = String(field(user, 'username'));
        const expected = (owned.get(name) ?? []).map((event) => Number(field(event, 'acc_id')));
        const answered = [...(await bank.accountsOf(name))];
        return differs(`accounts of ${name}`, answered.sort(ascending), expected.sort(ascending));
      });
    }
    default:
      throw new Error(`nobody has written down what ${service} should answer`);
  }
}

/** By account, in order: what was credited, and less than zero what was debited. */
function bookings(events: readonly ExportedEvent[]): Map<number, number[]> {
  const signs: Readonly<Record<string, number>> = { ConfirmedCredit: 1, ConfirmedDebit: -1 };
  const booked = groupedBy(
    events.filter(({ event_type }) => signs[event_type] !== undefined),
    (event) => Number(field(event, 'id')),
  );
  return new Map(
    [...booked].map(([id, found]) => [id, found.map((event) => signs[event.event_type]! * amountOf(event))]),
  );
}

async function each<Item>(items: readonly Item[], ask: (item: Item) => Promise<string[]>): Promise<string[]> {
  const faults: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) faults.push(...(await ask(items[next++]!)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return faults;
}

function differs(what: string, answered: unknown, expected: unknown): string[] {
  const [a, b] = [JSON.stringify(answered), JSON.stringify(expected)];
  return a === b ? [] : [`the ${what} is answered as ${a}, the log says ${b}`];
}

function ascending(a: number, b: number): number {
  return a - b;
}
