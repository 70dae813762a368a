import type { StoredEvent } from '../../../common/events.js';
import type { Account } from './banks.js';
import type { Withdrawal } from './run.js';
import type { Stage } from './scenario.js';

/**
 * What must hold at the end, whatever happened on the way: the log decides what is true, and the state must be its fold.
 * @throws Error naming what was violated
 */
export function check(stage: Stage, withdrawals: readonly Withdrawal[]): void {
  const events = stage.bus.events();
  const { wipes, setBacks, style } = stage.scenario;
  neverBelowZero(events);
  everyRequestAnsweredOnce(events);
  moneyIsConserved(events);
  // The answers to Idempotency-Keys are nowhere but in the state: without it, a repeated request is a new one.
  withdrawalsHappenOnce(events, withdrawals, wipes || setBacks);
  stateIsTheFold(style, events, stage);
  nothingIsLeft(stage);
}

const isMoney = ({ type }: StoredEvent) => type === 'Credit' || type === 'Debit' || type === 'Deposited';

function amountOf(event: StoredEvent): number {
  const { amount } = JSON.parse(event.data) as { amount: number };
  return event.type === 'Debit' ? -amount : amount;
}

function fail(what: string, details: object): never {
  throw new Error(`violated: ${what} ${JSON.stringify(details)}`);
}

/** `seen`: no debit was decided without knowing all that came before it. */
function neverBelowZero(events: readonly StoredEvent[]): void {
  const balances = new Map<string, number>();
  for (const event of events.filter(isMoney)) {
    const balance = (balances.get(event.key) ?? 0) + amountOf(event);
    if (balance < 0) fail('no balance is below zero', { event, balance });
    balances.set(event.key, balance);
  }
}

function everyRequestAnsweredOnce(events: readonly StoredEvent[]): void {
  const answers: Record<string, readonly string[]> = {
    Transfer: ['Accepted', 'Rejected'],
    Order: ['Paid', 'Unpaid'],
  };
  for (const request of events) {
    const wanted = answers[request.type];
    if (!wanted) continue;
    const given = events.filter(({ key, type }) => key === request.key && wanted.includes(type));
    if (given.length !== 1) fail('every request is answered once', { request, given });
  }
}

/** An accepted transfer is one debit and one credit of the same amount, in the batch of its acceptance. */
function moneyIsConserved(events: readonly StoredEvent[]): void {
  for (const accepted of events.filter(({ type }) => type === 'Accepted' || type === 'Paid')) {
    const batch = events.filter(
      ({ batchId, sender }) => batchId === accepted.batchId && sender === accepted.sender,
    );
    const types = batch.map(({ type }) => type).sort();
    const expected = accepted.type === 'Accepted' ? ['Accepted', 'Credit', 'Debit'] : ['Debit', 'Paid'];
    if (JSON.stringify(types) !== JSON.stringify(expected)) fail('a batch is whole', { accepted, batch });
  }
}

function withdrawalsHappenOnce(
  events: readonly StoredEvent[],
  withdrawals: readonly Withdrawal[],
  answersLost: boolean,
): void {
  const answered = events.filter(({ causation, type }) => type === 'Debit' && causation === undefined);
  const accepted = withdrawals.filter(
    ({ outcome }) => outcome?.kind === 'answer' && outcome.answer.status === 201,
  );
  const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
  const debited = total(answered.map((event) => -amountOf(event)));
  if (answersLost) {
    if (answered.length < accepted.length) fail('a withdrawal answered 201 is a debit', {});
    return;
  }
  if (answered.length !== accepted.length || debited !== total(accepted.map(({ amount }) => amount)))
    fail('a withdrawal answered 201 is one debit', { debits: answered.length, answers: accepted.length });
}

function stateIsTheFold(style: string, events: readonly StoredEvent[], { state }: Stage): void {
  const money = events.filter(isMoney);
  for (const key of new Set(money.map((event) => event.key))) {
    const own = money.filter((event) => event.key === key);
    const id = key.slice('acc-'.length);
    const item = state.memory.item('data', `account:${id}`);
    const found = item?.kind === 'text' ? (JSON.parse(item.text) as Account) : undefined;
    const expected = { balance: own.reduce((sum, event) => sum + amountOf(event), 0), events: own.length };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      fail('an account holds each of its events once', {
        key,
        found,
        expected,
        mark: state.memory.item('mark', key),
      });
    if (style === 'classic') {
      const moves = state.memory.list(`moves:${id}`).map(Number);
      const amounts = own.map(amountOf);
      if (String(moves.sort()) !== String(amounts.sort()))
        fail('each move is listed once', { key, moves, amounts });
      continue;
    }
    const statement = state.memory.list(`statement:${id}`).map((text) => JSON.parse(text) as string);
    const ids = own.map(({ position }) => `sim-${position}`);
    if (JSON.stringify(statement) !== JSON.stringify(ids))
      fail('a statement is in order', { key, statement, ids });
  }
  if (style !== 'modern') return;
  const orders = state.memory.item('data', 'orders');
  const count = events.filter(({ type }) => type === 'Order').length;
  if (count > 0 && (orders?.kind !== 'text' || Number(orders.text) !== count))
    fail('each order is counted once', { orders, count });
}

function nothingIsLeft({ bus, state }: Stage): void {
  if (bus.owed('accounts') > 0 || bus.parked().length > 0)
    fail('nothing is owed', { owed: bus.owed('accounts'), parked: bus.parked() });
  const outbox = state.memory.keys('outbox');
  if (outbox.length > 0) fail('the outbox is empty', { outbox });
  const locks = state.memory.keys('meta').filter((key) => key.startsWith('lock '));
  if (locks.length > 0) fail('nothing is locked', { locks });
}
