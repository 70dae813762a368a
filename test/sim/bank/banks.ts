import type { Json } from '../../../common/protocol/messages.js';
import type {
  EventView,
  HandlerContext,
  RouteRequest,
  ServiceModel,
  TypeHandlers,
} from '../../../runtime/service/types.js';
import { accountKey } from './facts.js';

/**
 * Two banks for the simulation, in the two styles that scripts are written in. Both keep, per account, a balance and the list of
 * the events that made it, and both are checked against the same log.
 *
 *   Transfer (trans-n)   from outside: one of Accepted, Rejected in answer; Accepted with one Debit and one Credit
 *   Order (order-n)      from outside: Paid with one Debit, or Unpaid
 *   Credit, Debit (acc-n)
 */
export interface Account {
  balance: number;
  events: number;
}

interface Transfer {
  from: string;
  to: string;
  amount: number;
}

interface Order {
  account: string;
  amount: number;
}

async function account(context: HandlerContext, id: string): Promise<Account> {
  const found = (await context.get(`account:${id}`)) as unknown as Account | undefined;
  return found ?? { balance: 0, events: 0 };
}

async function book(context: HandlerContext, id: string, amount: number): Promise<void> {
  const { balance, events } = await account(context, id);
  context.set(`account:${id}`, { balance: balance + amount, events: events + 1 });
}

function amountOf({ data }: EventView): number {
  return (data as { amount: number }).amount;
}

const idOf = ({ key }: EventView) => key.slice('acc-'.length);

function debit(context: HandlerContext, id: string, amount: number): void {
  context.send({ type: 'Debit', key: accountKey(id), data: { amount }, expect: 'seen' });
}

function credit(context: HandlerContext, id: string, amount: number): void {
  context.send({ type: 'Credit', key: accountKey(id), data: { amount }, expect: 'any' });
}

function note(context: HandlerContext, type: string, key: string, data: Json = {}): void {
  context.send({ type, key, data, expect: 'any' });
}

async function decideTransfer(context: HandlerContext, event: EventView): Promise<boolean> {
  const { from, to, amount } = event.data as unknown as Transfer;
  const { balance } = await account(context, from);
  if (balance < amount) {
    note(context, 'Rejected', event.key);
    return false;
  }
  note(context, 'Accepted', event.key);
  debit(context, from, amount);
  credit(context, to, amount);
  return true;
}

/** Withdraws if there is enough; answers 409 if not. */
async function withdraw(
  context: HandlerContext,
  request: RouteRequest,
): Promise<{ status: number; body: Json }> {
  const { id, amount } = request.body as { id: string; amount: number };
  const { balance } = await account(context, id);
  if (balance < amount) return { status: 409, body: { balance } };
  debit(context, id, amount);
  return { status: 201, body: { amount } };
}

const withdrawal = { method: 'POST', pattern: '/withdrawal', handler: withdraw };

/** Projections for state, decisions for events. An Order has both, so it commits as the mixed case. */
export function modernBank(): ServiceModel {
  const booked = (sign: number): TypeHandlers => ({
    projection: async (context, event) => {
      await book(context, idOf(event), sign * amountOf(event));
      context.push(`statement:${idOf(event)}`, { value: event.value });
    },
  });
  return {
    clientType: 'accounts',
    script: 'modern',
    version: '1',
    types: new Map<string, TypeHandlers>([
      ['Credit', booked(1)],
      ['Debit', booked(-1)],
      ['Transfer', { decision: async (context, event) => void (await decideTransfer(context, event)) }],
      [
        'Order',
        {
          projection: async (context, event) => {
            const seen = ((await context.get('orders')) as number | undefined) ?? 0;
            context.set('orders', seen + 1);
            context.set(`order:${event.key}`, event.data);
          },
          decision: async (context, event) => {
            const { account: id, amount } = (await context.get(`order:${event.key}`)) as unknown as Order;
            const { balance } = await account(context, id);
            if (balance < amount) return note(context, 'Unpaid', event.key);
            debit(context, id, amount);
            note(context, 'Paid', event.key);
          },
        },
      ],
    ]),
    routes: [withdrawal],
  };
}

/**
 * Listeners that write and send at once; rebuild handlers repeat what they wrote. Debits and credits of this service's own come
 * back without a call; credits from outside are listened to under another type.
 */
export function classicBank(): ServiceModel {
  const move = async (context: HandlerContext, id: string, amount: number) => {
    await book(context, id, amount);
    context.push(`moves:${id}`, amount);
  };
  const booked = (sign: number): TypeHandlers => ({
    rebuild: async (context, event) => move(context, idOf(event), sign * amountOf(event)),
  });
  const deposited = async (context: HandlerContext, event: EventView) =>
    move(context, idOf(event), amountOf(event));
  return {
    clientType: 'accounts',
    script: 'classic',
    version: '1',
    types: new Map<string, TypeHandlers>([
      ['Credit', booked(1)],
      ['Debit', booked(-1)],
      ['Deposited', { listener: deposited, rebuild: deposited }],
      [
        'Transfer',
        {
          listener: async (context, event) => {
            const { from, to, amount } = event.data as unknown as Transfer;
            if (!(await decideTransfer(context, event))) return;
            await move(context, from, -amount);
            await move(context, to, amount);
          },
        },
      ],
      [
        'Order',
        {
          listener: async (context, event) => {
            const { account: id, amount } = event.data as unknown as Order;
            const { balance } = await account(context, id);
            if (balance < amount) return note(context, 'Unpaid', event.key);
            debit(context, id, amount);
            note(context, 'Paid', event.key);
            await move(context, id, -amount);
          },
        },
      ],
    ]),
    routes: [
      {
        ...withdrawal,
        handler: async (context, request) => {
          const answer = await withdraw(context, request);
          const { id, amount } = request.body as { id: string; amount: number };
          if (answer.status === 201) await move(context, id, -amount);
          return answer;
        },
      },
    ],
  };
}
