/**
 * What the pages know of accounts and statements, and how a pushed entry becomes part of it. Pure.
 *
 * - The entries that are known are a gapless run that ends with the newest; pages before it are put in front.
 * - An entry that is known already changes nothing; one that leaves a gap cannot be taken: `gap` says so, and the caller reads anew.
 * - Balances are the ones that came with the newest entry, never a sum of ours.
 */
import type { AccountList, AccountSummary, StatementEntry, StatementPage } from '../../common/pages/bank.js';

export interface Statement {
  id: number;
  balance: number;
  /** how many entries there are in all */
  total: number;
  /** oldest first; the last is the newest there is */
  entries: readonly StatementEntry[];
}

export const GAP = 'gap';

/** How many balances the small chart of an account shows. */
const RECENT_MAX = 30;

export function statementOf(page: StatementPage): Statement {
  return { id: page.id, balance: page.balance, total: page.entries, entries: page.statements };
}

/** `seq` of the newest entry that is known; the cursor of the topic `account:<id>`. */
export function cursorOf(statement: Statement): number {
  return statement.entries.at(-1)?.seq ?? statement.total;
}

export function withEntry(statement: Statement, entry: StatementEntry): Statement | typeof GAP {
  const cursor = cursorOf(statement);
  if (entry.seq <= cursor) return statement;
  if (entry.seq !== cursor + 1) return GAP;
  return { ...statement, balance: entry.balance, total: entry.seq, entries: [...statement.entries, entry] };
}

/** Which part comes before what is known: as `after` and `limit` of the next page, or nothing when everything is known. */
export function partBefore(
  statement: Statement,
  limitMax: number,
): { after: number; limit: number } | undefined {
  const first = statement.entries[0]?.seq;
  if (first === undefined || first === 1) return undefined;
  const after = Math.max(0, first - 1 - limitMax);
  return { after, limit: first - 1 - after };
}

/** With an earlier page in front. A page that does not fit exactly (asked for twice) changes nothing. */
export function withPartBefore(statement: Statement, earlier: readonly StatementEntry[]): Statement {
  if (earlier.at(-1)?.seq !== (statement.entries[0]?.seq ?? 0) - 1) return statement;
  return { ...statement, entries: [...earlier, ...statement.entries] };
}

/** The list with a new entry of one account; `gap` when entries of it are missing. */
export function listWithEntry(
  list: AccountList,
  id: number,
  entry: StatementEntry,
): AccountList | typeof GAP {
  const account = list.accounts.find((one) => one.id === id);
  if (!account || entry.seq <= account.entries) return list;
  if (entry.seq !== account.entries + 1) return GAP;
  return withAccount(list, {
    ...account,
    balance: entry.balance,
    entries: entry.seq,
    last: entry,
    recent: [...account.recent, entry.balance].slice(-RECENT_MAX),
  });
}

/** The list with an account that was opened; the n-th of this person. */
export function listWithOpened(list: AccountList, id: number, cursor: number): AccountList | typeof GAP {
  if (list.accounts.some((account) => account.id === id)) return list;
  if (cursor !== list.cursor + 1) return GAP;
  const opened: AccountSummary = { id, balance: 0, entries: 0, last: null, recent: [], pending: [] };
  return { accounts: [...list.accounts, opened], cursor };
}

/** The list with a transfer under way from one account; one that is known to be changes nothing. */
export function listWithPending(list: AccountList, id: number, transfer: number): AccountList {
  const account = list.accounts.find((one) => one.id === id);
  if (!account || account.pending.includes(transfer)) return list;
  return withAccount(list, { ...account, pending: [...account.pending, transfer] });
}

/** The list with a transfer that is under way no more, whichever account it is from. */
export function listWithVerdict(list: AccountList, transfer: number): AccountList {
  const account = list.accounts.find(({ pending }) => pending.includes(transfer));
  if (!account) return list;
  return withAccount(list, { ...account, pending: account.pending.filter((id) => id !== transfer) });
}

function withAccount(list: AccountList, account: AccountSummary): AccountList {
  return { ...list, accounts: list.accounts.map((one) => (one.id === account.id ? account : one)) };
}
