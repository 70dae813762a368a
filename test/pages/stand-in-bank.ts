/**
 * A bank in memory behind the stand-in gateway: enough rules for the pages to meet every answer that the contract
 * (common/pages/) knows. Changes are told to listeners by topic, as the services' notifications are.
 */
import type {
  AccountList,
  AccountSummary,
  StatementEntry,
  StatementPage,
  Transfer,
  TransferOrder,
} from '../../common/pages/bank.js';
import type { LiveData, LiveTopic } from '../../common/pages/live.js';

export type Told = (topic: LiveTopic, cursor: number, data: LiveData<LiveTopic>, username?: string) => void;

export interface StandInUser {
  password: string;
  accounts: number[];
  operator: boolean;
}

export class StandInBank {
  readonly users = new Map<string, StandInUser>();
  readonly statements = new Map<number, StatementEntry[]>();
  readonly transfers = new Map<number, Transfer>();
  /** every command that was carried out, by its idempotency key */
  readonly commands = new Map<string, { status: number; body: unknown }>();
  /** false: transfers stay pending until `settle` */
  settles = true;
  /** false: accounts that are asked for stay pending */
  opens = true;
  readonly #told: Told;
  /** Unix seconds of the next entry, if not now */
  clock: (() => number) | undefined;

  constructor(told: Told) {
    this.#told = told;
  }

  user(username: string, { password = 'correct horse', operator = false } = {}): StandInUser {
    const user = { password, operator, accounts: [] };
    this.users.set(username, user);
    return user;
  }

  open(username: string, requestId = `request-${this.statements.size + 1}`): number {
    const id = this.statements.size + 1;
    const { accounts } = this.users.get(username)!;
    this.statements.set(id, []);
    accounts.push(id);
    this.#told('user', accounts.length, { request_id: requestId, account_id: id }, username);
    return id;
  }

  book(id: number, amount: number, note: string): StatementEntry {
    const statement = this.statements.get(id)!;
    const timestamp = this.clock?.() ?? Math.floor(Date.now() / 1000);
    const entry = { seq: statement.length + 1, timestamp, amount, note, balance: this.balance(id) + amount };
    statement.push(entry);
    this.#told(`account:${id}`, entry.seq, entry);
    return entry;
  }

  balance(id: number): number {
    return this.statements.get(id)?.at(-1)?.balance ?? 0;
  }

  list(username: string): AccountList {
    const { accounts } = this.users.get(username)!;
    return { accounts: accounts.map((id) => this.#summary(id)), cursor: accounts.length };
  }

  statement(id: number, after: number, limit: number, until = Number.POSITIVE_INFINITY): StatementPage {
    const all = this.statements.get(id)!.filter(({ timestamp }) => timestamp <= until);
    const from = after < 0 ? Math.max(0, all.length + after) : after;
    const statements = all.slice(from, from + limit);
    const last = from + statements.length;
    return {
      id,
      balance: all.at(-1)?.balance ?? 0,
      entries: all.length,
      statements,
      cursor: last,
      ...(last < all.length && { next: last }),
    };
  }

  send(order: TransferOrder): Transfer {
    const transfer: Transfer = { ...order, id: this.transfers.size + 1, status: 'pending' };
    this.transfers.set(transfer.id, transfer);
    if (this.settles) setImmediate(() => this.settle());
    return transfer;
  }

  /** Gives every pending transfer its verdict. */
  settle(): void {
    for (const transfer of this.transfers.values()) if (transfer.status === 'pending') this.#judge(transfer);
  }

  #judge({ id, from, to, amount, note }: Transfer): void {
    const reason = !this.statements.has(to)
      ? 'Recipient account does not exist'
      : this.balance(from) < amount
        ? 'Insufficient Balance'
        : undefined;
    const verdict = reason ? ({ status: 'rejected', reason } as const) : ({ status: 'accepted' } as const);
    this.transfers.set(id, { ...this.transfers.get(id)!, ...verdict });
    this.#told(`transfer:${id}`, 1, { id, ...verdict });
    if (reason) return;
    this.book(from, -amount, note ?? `Transfer to ${to}`);
    this.book(to, amount, note ?? `Transfer from ${from}`);
  }

  #summary(id: number): AccountSummary {
    const statement = this.statements.get(id)!;
    return {
      id,
      balance: this.balance(id),
      entries: statement.length,
      last: statement.at(-1) ?? null,
      recent: statement.slice(-30).map(({ balance }) => balance),
      pending: [...this.transfers.values()]
        .filter(({ from, status }) => from === id && status === 'pending')
        .map((transfer) => transfer.id),
    };
  }
}
