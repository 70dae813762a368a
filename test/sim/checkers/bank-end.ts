import type { StoredEvent } from '../../../common/events.js';
import { META } from '../../../runtime/service/engine/meta.js';
import type { StateStore } from '../../../runtime/state/state-store.js';
import type { Account } from '../bank/banks.js';
import type { Withdrawal } from '../bank/customers.js';
import { ANSWERS, amountOf, isMoney } from '../bank/facts.js';
import type { Scenario } from '../bank/scenario.js';
import { atOnce } from '../bank/state-medium.js';
import type { Books } from './books.js';
import { demand } from './checker.js';

/** What the bank left when everything had come to its end. */
export interface Left {
  readonly books: Books;
  readonly store: StateStore;
  readonly withdrawals: readonly Withdrawal[];
  readonly scenario: Scenario;
}

/**
 * What must hold at the end, whatever happened on the way: the log decides what is true, and the state must be its fold.
 * @throws Violation
 */
export function checkBankEnd(left: Left): void {
  const { books, store, withdrawals, scenario } = left;
  const events = books.log;
  neverBelowZero(events);
  everyRequestAnsweredOnce(books);
  batchesAreWhole(events);
  // The answers to Idempotency-Keys are nowhere but in the state: without it, a repeated request is a new one.
  withdrawalsHappenOnce(events, withdrawals, scenario.wipes || scenario.setBacks);
  stateIsTheFold(books, store, scenario);
  nothingIsLeft(store);
}

/** `seen`: no debit was decided without knowing all that came before it. */
function neverBelowZero(events: readonly StoredEvent[]): void {
  const balances = new Map<string, number>();
  for (const event of events.filter(isMoney)) {
    const balance = (balances.get(event.key) ?? 0) + amountOf(event);
    demand(balance >= 0, `${event.key} falls to ${balance} at position ${event.position}`);
    balances.set(event.key, balance);
  }
}

function everyRequestAnsweredOnce({ log, keys }: Books): void {
  for (const { type, key } of log) {
    const answers = ANSWERS[type];
    if (!answers) continue;
    const given = (keys.get(key) ?? []).filter((event) => answers.includes(event.type));
    demand(given.length === 1, `${key} is answered ${given.length} times`);
  }
}

/** An accepted transfer is one debit and one credit of the same amount, in the batch of its acceptance. */
function batchesAreWhole(events: readonly StoredEvent[]): void {
  for (const accepted of events.filter(({ type }) => type === 'Accepted' || type === 'Paid')) {
    const batch = events.filter(
      ({ batchId, sender }) => batchId === accepted.batchId && sender === accepted.sender,
    );
    const types = batch.map(({ type }) => type).sort();
    const expected = accepted.type === 'Accepted' ? ['Accepted', 'Credit', 'Debit'] : ['Debit', 'Paid'];
    demand(String(types) === String(expected), `the batch of ${accepted.key} is ${types}, not ${expected}`);
    const sum = batch.filter(isMoney).reduce((total, event) => total + amountOf(event), 0);
    demand(accepted.type === 'Paid' || sum === 0, `${accepted.key} makes or takes money: ${sum}`);
  }
}

function withdrawalsHappenOnce(
  events: readonly StoredEvent[],
  withdrawals: readonly Withdrawal[],
  answersLost: boolean,
): void {
  const debits = events.filter(({ causation, type }) => type === 'Debit' && causation === undefined);
  const accepted = withdrawals.filter(
    ({ outcome }) => outcome?.kind === 'answer' && outcome.answer.status === 201,
  );
  const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
  const debited = total(debits.map((event) => -amountOf(event)));
  const counts = `${debits.length} debits, ${accepted.length} answers`;
  if (answersLost)
    demand(debits.length >= accepted.length, `a withdrawal answered 201 is no debit: ${counts}`);
  else
    demand(
      debits.length === accepted.length && debited === total(accepted.map(({ amount }) => amount)),
      `a withdrawal answered 201 is not one debit: ${counts}`,
    );
}

function stateIsTheFold({ log, keys }: Books, store: StateStore, { style }: Scenario): void {
  for (const [key, ofKey] of keys) {
    const own = ofKey.filter(isMoney);
    if (own.length === 0) continue;
    const id = key.slice('acc-'.length);
    const text = atOnce(store.get('data', `account:${id}`));
    const found = text === undefined ? undefined : (JSON.parse(text) as Account);
    const balance = own.reduce((sum, event) => sum + amountOf(event), 0);
    demand(
      found?.balance === balance && found.events === own.length,
      `${key} is ${text} in the state, but has ${own.length} events that make ${balance}`,
    );
    const list = style === 'modern' ? `statement:${id}` : `moves:${id}`;
    const listed = atOnce(store.range(list, 0, -1));
    if (style === 'modern') {
      const values = own.map(({ value }) => JSON.stringify({ value }));
      demand(String(listed) === String(values), `the statement of ${key} is ${listed}, not ${values}`);
    } else {
      const amounts = own.map((event) => String(amountOf(event)));
      demand(
        String([...listed].sort()) === String(amounts.sort()),
        `the moves of ${key} are ${listed}, not ${amounts}`,
      );
    }
  }
  if (style === 'classic') return;
  const orders = Number(atOnce(store.get('data', 'orders')) ?? 0);
  const count = log.filter(({ type }) => type === 'Order').length;
  demand(orders === count, `${orders} orders are counted, there are ${count}`);
}

function nothingIsLeft(store: StateStore): void {
  const all = (space: 'outbox' | 'meta') => atOnce(store.scan(space, undefined, Number.MAX_SAFE_INTEGER));
  const outbox = all('outbox');
  demand(outbox.length === 0, `the outbox still holds ${JSON.stringify(outbox)}`);
  const locks = all('meta').filter(([key]) => key.startsWith('lock '));
  demand(locks.length === 0, `still locked: ${locks}`);
  demand(atOnce(store.get('meta', META.status)) === 'live', 'the state is not live');
}
