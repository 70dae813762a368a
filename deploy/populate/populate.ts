/**
 * Fills a bank: random users, accounts, deposits, withdrawals and transfers from a seed, then checks the books. The same seed
 * gives the same users and the same operations in the same order; what the services make of simultaneous ones may differ, unless
 * those of one account are done in order.
 */
import type { Random } from '../../common/random.js';
import type { Bank } from './bank.js';
import { type Books, checkBooks, type Flows } from './books.js';
import { Turns } from './turns.js';

/** Inclusive. */
export interface Span {
  readonly min: number;
  readonly max: number;
}

export interface Plan {
  readonly users: Span;
  /** per user */
  readonly accounts: Span;
  /** per account */
  readonly operations: Span;
  /** operations per second, 0 = as fast as it goes */
  readonly rate: number;
  /** operations under way at once */
  readonly concurrency: number;
  /** those of one account one after the other, as drawn: then the seed decides the verdicts, too */
  readonly inOrder?: boolean;
}

export interface Report {
  readonly users: number;
  readonly accounts: number;
  readonly deposits: number;
  readonly withdrawals: number;
  readonly withdrawalsRefused: number;
  readonly accepted: number;
  readonly rejected: number;
  /** of the operations, from the first request to the last verdict */
  readonly seconds: number;
  readonly books: Books;
}

export type Progress = (
  stage: 'users' | 'accounts' | 'operations' | 'books',
  done: number,
  total: number,
) => void;

type Operation =
  | { readonly kind: 'deposit' | 'withdrawal'; readonly account: number; readonly amount: number }
  | { readonly kind: 'transfer'; readonly from: number; readonly to: number; readonly amount: number };

const FIRST_NAMES = [
  'ada',
  'alan',
  'barbara',
  'dennis',
  'edsger',
  'frances',
  'grace',
  'john',
  'katherine',
  'leslie',
  'margaret',
  'niklaus',
];
const FIRST_DEPOSIT: Span = { min: 10_000, max: 500_000 };
const AMOUNT: Span = { min: 1, max: 60_000 };

export async function populate(bank: Bank, random: Random, plan: Plan, progress: Progress): Promise<Report> {
  const users = await createUsers(bank, random, plan, progress);
  const accounts = await openAccounts(bank, random, plan, users, progress);
  const operations = drawOperations(random, plan, accounts);

  const flows: Flows = { deposits: 0, withdrawals: 0 };
  const counts = { deposits: 0, withdrawals: 0, withdrawalsRefused: 0, accepted: 0, rejected: 0 };
  const startedAt = performance.now();
  const turns = new Turns<number>();
  let done = 0;
  await inParallel(bank, operations, plan, async (operation) => {
    const touched = plan.inOrder ? accountsOf(operation) : [];
    await turns.take(touched, () => perform(bank, operation, flows, counts));
    progress('operations', ++done, operations.length);
  });
  const seconds = (performance.now() - startedAt) / 1000;

  const books = await settledBooks(bank, accounts, flows);
  progress('books', accounts.length, accounts.length);
  return { users: users.length, accounts: accounts.length, ...counts, seconds, books };
}

async function createUsers(bank: Bank, random: Random, plan: Plan, progress: Progress): Promise<string[]> {
  const names: string[] = [];
  const count = draw(random, plan.users);
  while (names.length < count) {
    const first = FIRST_NAMES[random.int(FIRST_NAMES.length)];
    const name = `${first}-${random.int(2 ** 31).toString(36)}`;
    const { status, body } = await bank.createUser(name);
    if (status === 200) progress('users', names.push(name), count);
    // Taken: an earlier run with this seed. The next draw gives another name.
    else if (status !== 400 || !body.error?.includes('taken'))
      throw new Error(`POST /user answered ${status}: ${JSON.stringify(body)}`);
  }
  return names;
}

async function openAccounts(
  bank: Bank,
  random: Random,
  plan: Plan,
  users: readonly string[],
  progress: Progress,
): Promise<number[]> {
  const owners = users.flatMap((user) => Array<string>(draw(random, plan.accounts)).fill(user));
  // A transfer needs two.
  if (owners.length === 1) owners.push(owners[0]!);
  let done = 0;
  return Promise.all(
    owners.map(async (user) => {
      const id = await bank.accountOf(user, await bank.requestAccount(user));
      progress('accounts', ++done, owners.length);
      return id;
    }),
  );
}

/** First a deposit to every account, then for each its share of random operations, well mixed. */
function drawOperations(random: Random, plan: Plan, accounts: readonly number[]): Operation[] {
  const first = accounts.map(
    (account): Operation => ({ kind: 'deposit', account, amount: draw(random, FIRST_DEPOSIT) }),
  );
  const others = accounts.flatMap((account) =>
    Array.from({ length: draw(random, plan.operations) }, (): Operation => {
      const amount = draw(random, AMOUNT);
      const lot = random.int(10);
      if (lot === 0) return { kind: 'deposit', account, amount };
      if (lot === 1) return { kind: 'withdrawal', account, amount };
      const others = accounts.filter((other) => other !== account);
      return { kind: 'transfer', from: account, to: others[random.int(others.length)]!, amount };
    }),
  );
  for (let i = others.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [others[i], others[j]] = [others[j]!, others[i]!];
  }
  return withinMeans([...first, ...others], random);
}

/** One of so many that take money asks for more than there can be. */
const TOO_MUCH_IN = 12;

/**
 * Amounts whose verdict is certain whenever a refund arrives: either the account has as much without any refund, or nobody can have
 * as much with all of them. An account that may have nothing is paid into instead.
 */
function withinMeans(operations: readonly Operation[], random: Random): Operation[] {
  /** by account, without refunds */
  const atLeast = new Map<number, number>();
  /** paid in or transferred so far; a refund is less than its transfer */
  let atMost = 0;
  const add = (account: number, amount: number): void => {
    atLeast.set(account, (atLeast.get(account) ?? 0) + amount);
    if (amount > 0) atMost += amount;
  };
  return operations.map((operation) => {
    if (operation.kind === 'deposit') {
      add(operation.account, operation.amount);
      return operation;
    }
    const account = operation.kind === 'transfer' ? operation.from : operation.account;
    if (random.int(TOO_MUCH_IN) === 0) return { ...operation, amount: atMost + operation.amount };
    const amount = Math.min(operation.amount, atLeast.get(account) ?? 0);
    if (amount === 0) {
      add(account, operation.amount);
      return { kind: 'deposit', account, amount: operation.amount };
    }
    add(account, -amount);
    if (operation.kind === 'transfer') add(operation.to, amount);
    return { ...operation, amount };
  });
}

function accountsOf(operation: Operation): number[] {
  return operation.kind === 'transfer' ? [operation.from, operation.to] : [operation.account];
}

async function perform(
  bank: Bank,
  operation: Operation,
  flows: Flows,
  counts: {
    deposits: number;
    withdrawals: number;
    withdrawalsRefused: number;
    accepted: number;
    rejected: number;
  },
): Promise<void> {
  if (operation.kind === 'transfer') {
    const verdict = await bank.verdict(await bank.transfer(operation.from, operation.to, operation.amount));
    counts[verdict.status === 'accepted' ? 'accepted' : 'rejected']++;
    return;
  }
  const { account, amount } = operation;
  const { status, body } =
    operation.kind === 'deposit' ? await bank.deposit(account, amount) : await bank.withdraw(account, amount);
  if (status === 201 && operation.kind === 'deposit') {
    flows.deposits += amount;
    counts.deposits++;
  } else if (status === 201) {
    flows.withdrawals += amount;
    counts.withdrawals++;
  } else if (status === 400 && operation.kind === 'withdrawal') counts.withdrawalsRefused++;
  else throw new Error(`a ${operation.kind} of ${amount} answered ${status}: ${JSON.stringify(body)}`);
}

/** At most `concurrency` at once and `rate` starts per second, in order. After one that fails nothing more is begun. */
async function inParallel<Item>(
  bank: Bank,
  items: readonly Item[],
  { rate, concurrency }: Plan,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      if (rate > 0) await bank.pause(Math.max(0, startedAt + (index * 1000) / rate - performance.now()));
      await work(items[index]!).catch((error: unknown) => {
        next = items.length;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

const SETTLE_MS = 10_000;

/** A refund may still be on its way (loyalty has counted it, accounts not yet, or the other way round): ask again for a while. */
async function settledBooks(bank: Bank, accounts: readonly number[], flows: Flows): Promise<Books> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const books = await checkBooks(bank, accounts, flows);
    if (books.faults.length === 0 || Date.now() > deadline) return books;
    await bank.pause(100);
  }
}

function draw(random: Random, { min, max }: Span): number {
  return min + random.int(max - min + 1);
}
