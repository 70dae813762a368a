/**
 * What the bank's users do meanwhile: commands drawn from a seed, each with a key of its own, tried again until it is answered, and
 * recorded with its answer, or with what its events say if the answer was lost with the state. Some are given twice at once under
 * one key, as by somebody who clicks twice. Nobody but a judge reads the records afterwards.
 */
import { randomUUID } from 'node:crypto';
import type { Random } from '../../common/random.js';
import { type Bank, sleep } from '../../deploy/populate/bank.js';

/** What was asked for. Amounts in pence. */
export type Order =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'account'; readonly user: string }
  | { readonly kind: 'deposit' | 'withdrawal'; readonly account: number; readonly amount: number }
  | { readonly kind: 'transfer'; readonly from: number; readonly to: number; readonly amount: number };

/** `refused` by a rule of the bank. */
export type Outcome =
  | { readonly kind: 'done' | 'refused' }
  | { readonly kind: 'requested'; readonly requestId: string; readonly account: number }
  | { readonly kind: 'verdict'; readonly transaction: number; readonly status: string };

export interface Command {
  /** Idempotency-Key, and correlation of every event that comes from it: a UUID */
  readonly key: string;
  readonly order: Order;
  /** ms since the epoch: before the first try, after the last */
  readonly from: number;
  readonly to: number;
  readonly outcome: Outcome;
}

export interface LoadOptions {
  readonly transfers: number;
  /** commands per second, at most */
  readonly rate: number;
  /** commands under way at once */
  readonly concurrency: number;
}

const USERS = 3;
const ACCOUNTS = 12;
const FIRST_DEPOSIT = 300_000;
const DEPOSIT_MAX = 50_000;
/** so that some earn points, some are refunded, some are too much for the balance */
const TRANSFER_MAX = 40_000;
/** one command of so many is given twice */
const TWICE_OF = 6;

export class Load {
  readonly commands: Command[] = [];
  readonly users: string[] = [];
  readonly accounts: number[] = [];

  constructor(
    private readonly bank: Bank,
    private readonly random: Random,
  ) {}

  /** Some users with accounts and money, so that there is something to move. */
  async prepare(): Promise<void> {
    for (let n = 0; n < USERS; n++) await this.#give({ kind: 'user', name: `user-${n}` });
    const orders = Array.from({ length: ACCOUNTS }, (_, n): Order => {
      return { kind: 'account', user: this.users[n % USERS]! };
    });
    await Promise.all(orders.map((order) => this.#give(order)));
    await Promise.all(
      this.accounts.map((account) => this.#give({ kind: 'deposit', account, amount: FIRST_DEPOSIT })),
    );
  }

  /** @param started called with the number of transfers begun so far. @throws Error when a command is not answered */
  async run(
    { transfers, rate, concurrency }: LoadOptions,
    started: (transfers: number) => void,
  ): Promise<void> {
    const beginning = performance.now();
    let begun = 0;
    let ordered = 0;
    const worker = async () => {
      while (ordered < transfers) {
        const order = this.#draw(begun);
        const times = this.random.int(TWICE_OF) === 0 ? 2 : 1;
        if (order.kind === 'transfer') ordered++;
        const due = beginning + (begun++ * 1000) / rate;
        await sleep(Math.max(0, due - performance.now()));
        started(ordered);
        await this.#give(order, times);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  }

  #draw(number: number): Order {
    const { random } = this;
    const account = this.#account();
    switch (random.int(24)) {
      case 0:
        return { kind: 'user', name: `user-${USERS + number}` };
      case 1:
        return { kind: 'account', user: this.users[random.int(this.users.length)]! };
      case 2:
      case 3:
        return { kind: 'deposit', account, amount: 1 + random.int(DEPOSIT_MAX) };
      case 4:
      case 5:
        return { kind: 'withdrawal', account, amount: 1 + random.int(DEPOSIT_MAX) };
      default: {
        const others = this.accounts.filter((other) => other !== account);
        const to = others[random.int(others.length)]!;
        return { kind: 'transfer', from: account, to, amount: 1 + random.int(TRANSFER_MAX) };
      }
    }
  }

  #account(): number {
    return this.accounts[this.random.int(this.accounts.length)]!;
  }

  async #give(order: Order, times = 1): Promise<void> {
    const key = randomUUID();
    const once = async () => {
      const from = Date.now();
      const { outcome, to } = await this.#perform(order, key);
      this.commands.push({ key, order, from, to, outcome });
      return outcome;
    };
    const [outcome] = await Promise.all(Array.from({ length: times }, once));
    if (order.kind === 'user') this.users.push(order.name);
    if (outcome?.kind === 'requested') this.accounts.push(outcome.account);
  }

  async #perform(order: Order, key: string): Promise<{ outcome: Outcome; to: number }> {
    const { bank } = this;
    switch (order.kind) {
      case 'user': {
        const { status, body } = await bank.createUser(order.name, key);
        return { outcome: judged(order, status, body, 200), to: Date.now() };
      }
      case 'account': {
        const requestId = await bank.requestAccount(order.user, key);
        const to = Date.now();
        const account = await bank.accountOf(order.user, requestId);
        return { outcome: { kind: 'requested', requestId, account }, to };
      }
      case 'deposit': {
        const { status, body } = await bank.deposit(order.account, order.amount, key);
        return { outcome: judged(order, status, body, 201), to: Date.now() };
      }
      case 'withdrawal': {
        const { status, body } = await bank.withdraw(order.account, order.amount, key);
        return { outcome: judged(order, status, body, 201), to: Date.now() };
      }
      case 'transfer': {
        const transaction = await bank.transfer(order.from, order.to, order.amount, key);
        const to = Date.now();
        const { status } = await bank.verdict(transaction);
        return { outcome: { kind: 'verdict', transaction, status }, to };
      }
    }
  }
}

/** A rule of the bank refuses with 400 and a reason; every other answer is a mistake of the system. */
function judged(order: Order, status: number, body: { error?: string }, done: number): Outcome {
  if (status === done) return { kind: 'done' };
  const refusable = order.kind === 'withdrawal' || order.kind === 'user';
  if (refusable && status === 400) return { kind: 'refused' };
  throw new Error(`${JSON.stringify(order)} was answered ${status}: ${JSON.stringify(body)}`);
}
