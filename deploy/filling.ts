import type { PopulateOrder, Populating } from '../common/pages/operator.js';
import { seededRandom } from '../common/random.js';
import { ControlRefusal } from './control-refusal.js';
import type { Bank } from './populate/bank.js';
import { populate } from './populate/populate.js';

const USERS_MAX = 1_000;
const OPERATIONS_MAX = 1_000_000;
const RATE_MAX = 10_000;
const ACCOUNTS_PER_USER = 2;
/** under way at once */
const CONCURRENCY = 50;
/** between two tellings of how far it is; its beginning and its end are told at once */
const TELL_MS = 200;

/** Filling the bank at an operator's order: one at a time. Anybody may ask how far it is, and one listener is told. */
export class Filling {
  #progress: Populating = { state: 'idle', done: 0, total: 0, rate: 0 };
  #startedAt = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #tell: (progress: Populating) => void = () => {};

  constructor(
    private readonly bank: Bank,
    /** milliseconds since any moment */
    private readonly now: () => number = () => performance.now(),
  ) {}

  get progress(): Populating {
    return this.#progress;
  }

  onProgress(tell: (progress: Populating) => void): void {
    this.#tell = tell;
  }

  /** Tells the listener how far it is, in its turn among what is told anyhow. */
  tell(): Populating {
    this.#tell(this.#progress);
    return this.#progress;
  }

  /** @throws ControlRefusal if the order makes no sense, or another one is under way */
  begin(order: unknown): Populating {
    if (this.#progress.state === 'running')
      throw new ControlRefusal('conflict', 'The bank is being filled already.');
    const { seed, users, transfers, rate } = checked(order);
    const accounts = users * ACCOUNTS_PER_USER;
    const each = Math.max(1, Math.round(transfers / accounts));
    const plan = {
      users: { min: users, max: users },
      accounts: { min: ACCOUNTS_PER_USER, max: ACCOUNTS_PER_USER },
      operations: { min: each, max: each },
      rate,
      concurrency: CONCURRENCY,
      // The same seed gives the same totals.
      inOrder: true,
    };
    // Each user, each account with its first deposit, and what follows.
    const total = users + accounts * (2 + each);
    const before = { users: 0, accounts: users, operations: users + accounts, books: total };
    this.#startedAt = this.now();
    this.#is({ state: 'running', done: 0, total });
    let ended = false;
    populate(this.bank, seededRandom(seed), plan, (stage, done) => {
      // What was under way when another command failed still comes to its end.
      if (stage !== 'books' && !ended) this.#is({ state: 'running', done: before[stage] + done, total });
    }).then(
      ({ books }) => {
        ended = true;
        const [fault] = books.faults;
        if (fault === undefined) this.#is({ state: 'done', done: total, total });
        else this.#failed(`The books do not balance: ${fault}`);
      },
      (error: Error) => {
        ended = true;
        this.#failed(error.message);
      },
    );
    return this.#progress;
  }

  #failed(error: string): void {
    const { done, total } = this.#progress;
    this.#is({ state: 'failed', done, total, error });
  }

  #is(now: Omit<Populating, 'rate'>): void {
    const changed = now.state !== this.#progress.state;
    const at = this.now();
    const seconds = (at - this.#startedAt) / 1000;
    this.#progress = { ...now, rate: seconds > 0 ? Math.round(now.done / seconds) : 0 };
    if (!changed && at - this.#toldAt < TELL_MS) return;
    this.#toldAt = at;
    this.#tell(this.#progress);
  }
}

function checked(order: unknown): Required<PopulateOrder> {
  const fields = (order ?? {}) as Readonly<Record<string, unknown>>;
  const whole = (name: string, min: number, max: number, fallback?: number): number => {
    const value = fields[name] ?? fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    throw new ControlRefusal('bad_request', `${name}: must be a whole number from ${min} to ${max}`);
  };
  return {
    seed: whole('seed', 0, Number.MAX_SAFE_INTEGER),
    users: whole('users', 1, USERS_MAX),
    transfers: whole('transfers', 1, OPERATIONS_MAX),
    rate: whole('rate', 0, RATE_MAX, 0),
  };
}
