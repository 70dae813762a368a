/**
 * The bank as the pages see it. Amounts and balances are whole numbers of minor units. All addresses need a caller, and
 * concern only what is the caller's: everything else is 404, as if it were not there (except `/api/recipients`).
 * Every POST wants an `Idempotency-Key` (1 to 255 visible ASCII characters, made by the page): the same key is the same
 * command, however often it is sent.
 */

/** One line of an account's statement; `seq` counts from 1 without a gap and is the cursor of the topic `account:<id>`. */
export interface StatementEntry {
  readonly seq: number;
  /** Unix time, whole seconds */
  readonly timestamp: number;
  /** negative for a debit */
  readonly amount: number;
  readonly note: string;
  /** after this entry */
  readonly balance: number;
}

/** `GET /api/accounts` */
export interface AccountList {
  readonly accounts: readonly AccountSummary[];
  /** how many accounts there are; the cursor of the topic `user` */
  readonly cursor: number;
}

export interface AccountSummary {
  readonly id: number;
  readonly balance: number;
  /** length of the statement; the cursor of the topic `account:<id>` */
  readonly entries: number;
  readonly last: StatementEntry | null;
  /** balances after the last up to 30 entries, oldest first */
  readonly recent: readonly number[];
  /** ids of the transfers from this account that this gateway has passed on and knows no verdict of; each is told by its topic `transfer:<id>` */
  readonly pending: readonly number[];
}

/** `GET /api/accounts/{id}` */
export interface Account {
  readonly id: number;
  readonly balance: number;
  readonly entries: number;
  /** = `entries` */
  readonly cursor: number;
}

/** `GET /api/accounts/{id}/statement?after=&limit=&as_of=`; oldest first. */
export interface StatementPage {
  readonly id: number;
  /** of now, or of `as_of` */
  readonly balance: number;
  /** in all, now or at `as_of` */
  readonly entries: number;
  readonly statements: readonly StatementEntry[];
  /** `after` of the next page; absent on the last */
  readonly next?: number;
  /** `seq` after which to subscribe: what the topic brings after it is not on this page and not before it */
  readonly cursor: number;
}

/** What a page may ask a statement for. */
export interface StatementQuery {
  /** `seq` of the last entry that is known; absent or 0 = from the start. Negative: that many from the end. */
  readonly after?: number;
  /** 1 to 1000; 100 if absent */
  readonly limit?: number;
  /** RFC 3339 or Unix seconds: the statement as it was then */
  readonly as_of?: string | number;
}

/** Answer (201) of `POST /api/accounts`, which has no body. */
export interface AccountRequested {
  readonly request_id: string;
  readonly status: 'pending';
  readonly correlation: string;
}

/** `GET /api/accounts/requests/{request_id}` */
export interface AccountRequest {
  readonly status: 'pending' | 'created';
  readonly account_id?: number;
}

/** `GET /api/recipients/{id}`: 200 if an account of this number exists, whoever has it; else 404 */
export interface Recipient {
  readonly id: number;
}

/** `POST /api/accounts/{id}/deposit`, `POST /api/accounts/{id}/withdrawal` */
export interface CashOrder {
  readonly amount: number;
}

/** Answer (201) of a deposit or a withdrawal. */
export interface CashOrdered {
  /** of the account */
  readonly id: number;
  readonly status: 'pending';
  readonly correlation: string;
}

/** `POST /api/transfers` */
export interface TransferOrder {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  readonly note?: string;
}

/** Answer (201) of a transfer. */
export interface TransferOrdered {
  readonly transaction_id: number;
  readonly status: 'pending';
  readonly correlation: string;
}

export type TransferStatus = 'pending' | 'accepted' | 'rejected';

/** `GET /api/transfers/{id}`, for who has `from` or `to` */
export interface Transfer {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  readonly note?: string;
  readonly status: TransferStatus;
  /** why it was rejected */
  readonly reason?: string;
}
