/**
 * Whether the books balance: independent of the services' own arithmetic, from what they answer.
 */
import type { Bank, StatementEntry } from './bank.js';

/** What the world has paid in and taken out, in pence. */
export interface Flows {
  deposits: number;
  withdrawals: number;
}

export interface Books {
  readonly accounts: number;
  readonly balances: number;
  readonly refunds: number;
  /** one sentence per thing that is wrong; empty if the books balance */
  readonly faults: readonly string[];
}

/** Reads every account and checks: balance = sum of statement, running balances add up, none below zero, nothing lost or made. */
export async function checkBooks(bank: Bank, accounts: readonly number[], flows: Flows): Promise<Books> {
  const faults: string[] = [];
  let balances = 0;
  let refunds = 0;
  for (const id of accounts) {
    const [{ balance }, statement, refunded] = await Promise.all([
      bank.account(id),
      bank.statement(id),
      bank.refunded(id),
    ]);
    balances += balance;
    refunds += refunded;
    faults.push(...statementFaults(id, balance, statement));
  }
  const due = flows.deposits - flows.withdrawals + refunds;
  if (balances !== due)
    faults.push(`all balances are ${balances}, but deposits − withdrawals + refunds are ${due}`);
  return { accounts: accounts.length, balances, refunds, faults };
}

export function statementFaults(id: number, balance: number, statement: readonly StatementEntry[]): string[] {
  const faults: string[] = [];
  let sum = 0;
  statement.forEach((entry, index) => {
    sum += entry.amount;
    if (entry.seq !== index + 1)
      faults.push(`account ${id}: entry ${index + 1} of the statement has the number ${entry.seq}`);
    if (entry.balance !== sum)
      faults.push(
        `account ${id}: after entry ${entry.seq} the balance is ${entry.balance}, but the entries add up to ${sum}`,
      );
    if (sum < 0) faults.push(`account ${id}: after entry ${entry.seq} the balance is below zero (${sum})`);
  });
  if (sum !== balance)
    faults.push(`account ${id}: the balance is ${balance}, but the statement adds up to ${sum}`);
  return faults;
}
