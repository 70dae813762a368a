import type { StatementEntry, StatementPage } from '../../common/pages/bank.js';
import { Problem } from '../problem.js';
import type { Services } from '../services/services.js';

/** What the accounts service answers to `GET /account/{id}/statement`. */
export interface Statement {
  readonly id: number;
  readonly balance: number;
  readonly entries: number;
  readonly statements: readonly StatementEntry[];
}

const LIMIT_DEFAULT = 100;
/** Entries in one answer of the service: with the longest notes there are, far below what an answer may hold. */
const PART_MAX = 1000;

/** Which part of a statement. */
export interface Part {
  /** `seq` of the last entry before the part; negative: that many entries from the end */
  readonly after: number;
  readonly limit: number;
  /** Unix seconds */
  readonly asOf: number | undefined;
}

/** From the parameters of an address, whose form the schema has checked. Throws Problem bad_request. */
export function partOf(query: { after?: string; limit?: string; as_of?: string }): Part {
  return {
    after: Number(query.after ?? 0),
    limit: Number(query.limit ?? LIMIT_DEFAULT),
    asOf: query.as_of === undefined ? undefined : instant(query.as_of),
  };
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

function instant(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new Problem('bad_request', 'as_of must be a time (RFC 3339, or Unix seconds).', { field: 'as_of' });
  return Math.floor(ms / 1000);
}

/** Reads statements. An entry is never changed, and their times do not run backwards: so the past is a shorter statement. */
export class Statements {
  constructor(private readonly services: Services) {}

  /** The last entries of an account, at most 10,000. */
  last(id: number, count: number): Promise<Statement> {
    return this.#read(id, `last=${count}`);
  }

  /** All of it, as it is when the last of it is read. */
  async whole(id: number): Promise<Statement> {
    const statements: StatementEntry[] = [];
    for (;;) {
      const read = await this.#read(id, `after=${statements.length}&limit=${PART_MAX}`);
      statements.push(...read.statements);
      if (read.statements.length === 0 || statements.length >= read.entries) return { ...read, statements };
    }
  }

  async page(id: number, { after, limit, asOf }: Part): Promise<StatementPage> {
    if (asOf === undefined && after >= 0) {
      const statement = await this.#read(id, `after=${after}&limit=${limit}`);
      return pageOf(statement, statement, after, statement.entries);
    }
    const now = await this.last(id, 1);
    const then = asOf === undefined ? now : await this.#asOf(id, now, asOf);
    const from = after < 0 ? Math.max(0, then.entries + after) : after;
    const count = Math.max(0, Math.min(limit, then.entries - from));
    const { statements } =
      count === 0 ? { statements: [] } : await this.#read(id, `after=${from}&limit=${count}`);
    return pageOf(then, { statements }, from, now.entries);
  }

  /** How long the statement was then, and the balance: found by halving. */
  async #asOf(
    id: number,
    now: Statement,
    asOf: number,
  ): Promise<Pick<Statement, 'id' | 'balance' | 'entries'>> {
    let [low, high] = [0, now.entries];
    let balance = 0;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const [entry] = (await this.#read(id, `after=${middle - 1}&limit=1`)).statements;
      if (entry !== undefined && entry.timestamp <= asOf) {
        low = middle;
        balance = entry.balance;
      } else high = middle - 1;
    }
    return { id, balance, entries: low };
  }

  #read(id: number, part: string): Promise<Statement> {
    const what = { what: `account ${id}` };
    return this.services.read<Statement>('accounts', `/account/${id}/statement?${part}`, what);
  }
}

function pageOf(
  { id, balance, entries }: Pick<Statement, 'id' | 'balance' | 'entries'>,
  { statements }: Pick<Statement, 'statements'>,
  after: number,
  cursor: number,
): StatementPage {
  const read = after + statements.length;
  return { id, balance, entries, statements, ...(read < entries && { next: read }), cursor };
}
