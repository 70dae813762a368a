/**
 * The bank's services as a program talks to them: JSON over HTTP, spread over the instances of each service. Errors that pass
 * (no connection, 408, 503) are tried again; commands carry an Idempotency-Key, so trying again repeats nothing. That key is also
 * the correlation of all events that come from the command: they tell what it has done if its answer was lost.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleepUntilAborted } from 'node:timers/promises';

export interface Account {
  readonly id: number;
  readonly balance: number;
}

export interface StatementEntry {
  readonly seq: number;
  readonly timestamp: number;
  readonly amount: number;
  readonly note: string;
  readonly balance: number;
}

export interface Verdict {
  readonly status: 'pending' | 'accepted' | 'rejected';
  readonly reason?: string;
}

/** Of loyalty; one point is worth one penny. */
export interface Points {
  readonly points: number;
  readonly refunded: number;
}

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** As much of an event as is looked at here. */
export interface SentEvent {
  readonly event_type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BankOptions {
  /** how long one request is tried again before it counts as failed */
  readonly patienceMs: number;
  /** how long one try may take; above the services' own 15 s, or a slow answer is asked for again */
  readonly answerMs: number;
  /** the events of a correlation, as the bus has them; without it, a command that answers with a number fails if its answer was lost */
  readonly eventsOf?: (correlation: string) => Promise<readonly SentEvent[]>;
  /** when it is aborted, nothing is asked any more, and whoever waits for an answer that does not come is told so */
  readonly signal?: AbortSignal;
}

const DEFAULT_OPTIONS: BankOptions = { patienceMs: 60_000, answerMs: 30_000 };
const PAUSE_MS = 50;
const PAUSE_MAX_MS = 1_000;
/** no connection; stopped for so long that it gave up reading the request; others kept changing what it depends on; not ready */
const PASSING: ReadonlySet<number> = new Set([0, 408, 409, 503]);

/** Addresses per service, e.g. `{accounts: ['http://localhost:5003']}`. */
export type Addresses = Readonly<Record<string, readonly string[]>>;

/** Answers for a service that has carried out a command before and has lost what it answered. */
type Recall<Body> = (key: string) => Answer<Body> | Promise<Answer<Body>>;

export class Bank {
  readonly #options: BankOptions;
  readonly #turns = new Map<string, number>();

  constructor(
    readonly addresses: Addresses,
    options: Partial<BankOptions> = {},
  ) {
    this.#options = { ...DEFAULT_OPTIONS, ...options };
  }

  /** @throws Error when the bank's signal is aborted */
  async pause(ms: number): Promise<void> {
    await sleepUntilAborted(ms, undefined, { signal: this.#options.signal });
  }

  /** @param key of this and every other command: a UUID */
  createUser(username: string, key?: string): Promise<Answer<{ status: string; error?: string }>> {
    const recall = () => ({ status: 200, body: { status: 'created' } });
    return this.#command('users', '/user', { username }, recall, key);
  }

  /**
   * A user who can sign in. Without an Idempotency-Key, which would be kept beside a fingerprint of the password: if an answer is
   * lost, the next try is told that the name is taken.
   */
  register(username: string, password: string): Promise<Answer<{ status: string; error?: string }>> {
    return this.#request('users', 'POST', '/user', { body: { username, password } });
  }

  async isUser(username: string): Promise<boolean> {
    return (await this.#request('users', 'GET', `/user/${encodeURIComponent(username)}`)).status === 200;
  }

  async signsIn(username: string, password: string): Promise<boolean> {
    return (await this.#request('users', 'POST', '/login', { body: { username, password } })).status === 200;
  }

  async requestAccount(username: string, key?: string): Promise<string> {
    const recall = async (sent: string) => {
      const request_id = String(await this.#sent(sent, 'AccountCreationRequest', 'request_id'));
      return { status: 201, body: { request_id } };
    };
    return (await this.#command('users', `/user/${username}`, {}, recall, key)).body.request_id;
  }

  async accountsOf(username: string): Promise<readonly number[]> {
    return (await this.#request<{ accounts: number[] }>('users', 'GET', `/user/${username}`)).body.accounts;
  }

  /** The number of the account once it is there. */
  async accountOf(username: string, requestId: string): Promise<number> {
    const created = await this.#until<{ status: string; account_id?: number }>(
      'users',
      `/user/${username}/${requestId}`,
      ({ status, body }) => status === 200 && body.status === 'created',
    );
    // The accounts service tells users of it; whoever reads it next wants it to be there.
    await this.#until<Account>('accounts', `/account/${created.account_id}`, ({ status }) => status === 200);
    return created.account_id!;
  }

  deposit(id: number, amount: number, key?: string): Promise<Answer<{ error?: string }>> {
    return this.#command('accounts', `/account/${id}/deposit`, { amount }, booked, key);
  }

  withdraw(id: number, amount: number, key?: string): Promise<Answer<{ error?: string }>> {
    return this.#command('accounts', `/account/${id}/withdrawal`, { amount }, booked, key);
  }

  /** The number of the transaction. */
  async transfer(fromAccountId: number, toAccountId: number, amount: number, key?: string): Promise<number> {
    const recall = async (sent: string) => {
      const transactionId = Number(await this.#sent(sent, 'PendingTransaction', 'id'));
      return { status: 201, body: { transactionId } };
    };
    const order = { fromAccountId, toAccountId, amount };
    const { status, body } = await this.#command('transactions', '/createTransaction', order, recall, key);
    if (status !== 201) throw new Error(`createTransaction answered ${status}: ${JSON.stringify(body)}`);
    return body.transactionId;
  }

  verdict(transactionId: number): Promise<Verdict> {
    return this.#until(
      'transactions',
      `/transaction/${transactionId}`,
      ({ status, body }) => status === 200 && body.status !== 'pending',
    );
  }

  async account(id: number): Promise<Account> {
    return (await this.#request<Account>('accounts', 'GET', `/account/${id}`)).body;
  }

  async statement(id: number): Promise<readonly StatementEntry[]> {
    return (
      await this.#request<{ statements: StatementEntry[] }>('accounts', 'GET', `/account/${id}/statement`)
    ).body.statements;
  }

  /** What loyalty has paid to an account so far. */
  async refunded(id: number): Promise<number> {
    return (await this.points(id)).refunded;
  }

  async points(id: number): Promise<Points> {
    return (await this.#request<Points>('loyalty', 'GET', `/points/${id}`)).body;
  }

  async #command<Body>(
    service: string,
    path: string,
    body: object,
    recall: Recall<Body>,
    key: string = randomUUID(),
  ): Promise<Answer<Body>> {
    const answer = await this.#request<Body>(service, 'POST', path, { key, body });
    return isRepeated(answer) ? recall(key) : answer;
  }

  /** What an event of a command that was carried out says. @throws Error when it cannot be found */
  async #sent(key: string, type: string, field: string): Promise<unknown> {
    const { eventsOf, patienceMs } = this.#options;
    if (eventsOf === undefined)
      throw new Error(
        `the command ${key} was carried out, but its answer was lost; its ${type} tells the ${field}`,
      );
    const deadline = Date.now() + patienceMs;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
      // The bus may be away.
      const events = await eventsOf(key).catch((): readonly SentEvent[] => []);
      const found = events.find(({ event_type }) => event_type === type);
      if (found !== undefined) return found.data[field];
      if (Date.now() > deadline)
        throw new Error(`the command ${key} was carried out, but its ${type} cannot be found`);
      await this.pause(pause);
    }
  }

  /** Asks until the answer is as wanted. @throws Error when the patience is over */
  async #until<Body>(
    service: string,
    path: string,
    wanted: (answer: Answer<Body>) => boolean,
  ): Promise<Body> {
    const deadline = Date.now() + this.#options.patienceMs;
    for (let pause = PAUSE_MS / 10; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
      const answer = await this.#request<Body>(service, 'GET', path);
      if (wanted(answer)) return answer.body;
      if (Date.now() > deadline)
        throw new Error(
          `${service} still answers ${answer.status} ${JSON.stringify(answer.body)} to GET ${path}`,
        );
      await this.pause(pause);
    }
  }

  async #request<Body>(
    service: string,
    method: string,
    path: string,
    command?: { readonly key?: string; readonly body: object },
  ): Promise<Answer<Body>> {
    const deadline = Date.now() + this.#options.patienceMs;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
      this.#options.signal?.throwIfAborted();
      const answer = await fetch(this.#next(service) + path, {
        method,
        signal: AbortSignal.timeout(this.#options.answerMs),
        ...(command !== undefined && {
          body: JSON.stringify(command.body),
          headers: {
            'content-type': 'application/json',
            ...(command.key !== undefined && {
              'idempotency-key': command.key,
              'x-correlation-id': command.key,
            }),
          },
        }),
      })
        .then(async (response) => ({ status: response.status, body: (await response.json()) as Body }))
        .catch((error: Error) => ({ status: 0, body: error.message as Body }));
      if (!PASSING.has(answer.status) || isRepeated(answer)) return answer;
      if (Date.now() > deadline)
        throw new Error(
          `${service} cannot be reached for ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`,
        );
      await this.pause(pause);
    }
  }

  #next(service: string): string {
    const addresses = this.addresses[service] ?? [];
    if (addresses.length === 0)
      throw new Error(`No instance of the service ${service} is known; is it running?`);
    const turn = this.#turns.get(service) ?? 0;
    this.#turns.set(service, turn + 1);
    return addresses[turn % addresses.length]!;
  }
}

/** The command was carried out before, and its answer was lost with the state: it will never be answered otherwise. */
function isRepeated({ status, body }: Answer<unknown>): boolean {
  return status === 409 && (body as { error?: string } | null)?.error === 'repeated';
}

function booked(): Answer<{ error?: string }> {
  return { status: 201, body: {} };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
