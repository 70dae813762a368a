/**
 * The bank's services as a program talks to them: JSON over HTTP, spread over the instances of each service. Errors that pass
 * (no connection, 503) are tried again; commands carry an Idempotency-Key, so trying again repeats nothing. That key is also
 * the correlation of all events that come from the command.
 */
import { randomUUID } from 'node:crypto';

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

export interface BankOptions {
  /** how long one request is tried again before it counts as failed */
  readonly patienceMs: number;
  /** how long one try may take; above the services' own 15 s, or a slow answer is asked for again */
  readonly answerMs: number;
}

const DEFAULT_OPTIONS: BankOptions = { patienceMs: 60_000, answerMs: 30_000 };
const PAUSE_MS = 50;
const PAUSE_MAX_MS = 1_000;

/** Addresses per service, e.g. `{accounts: ['http://localhost:5003']}`. */
export type Addresses = Readonly<Record<string, readonly string[]>>;

export class Bank {
  readonly #turns = new Map<string, number>();

  constructor(
    readonly addresses: Addresses,
    private readonly options: BankOptions = DEFAULT_OPTIONS,
  ) {}

  /** @param key of this and every other command: a UUID */
  createUser(username: string, key?: string): Promise<Answer<{ status: string; error?: string }>> {
    return this.#command('users', '/user', { username }, key);
  }

  /**
   * A user who can sign in. Without an Idempotency-Key, which would be kept beside a fingerprint of the password: if an answer is
   * lost, the next try is told that the name is taken.
   */
  register(username: string, password: string): Promise<Answer<{ status: string; error?: string }>> {
    return this.#request('users', 'POST', '/user', { body: { username, password } });
  }

  async requestAccount(username: string, key?: string): Promise<string> {
    const { body } = await this.#command<{ request_id: string }>('users', `/user/${username}`, {}, key);
    return body.request_id;
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
    return this.#command('accounts', `/account/${id}/deposit`, { amount }, key);
  }

  withdraw(id: number, amount: number, key?: string): Promise<Answer<{ error?: string }>> {
    return this.#command('accounts', `/account/${id}/withdrawal`, { amount }, key);
  }

  /** The number of the transaction. */
  async transfer(fromAccountId: number, toAccountId: number, amount: number, key?: string): Promise<number> {
    const { status, body } = await this.#command<{ transactionId: number }>(
      'transactions',
      '/createTransaction',
      { fromAccountId, toAccountId, amount },
      key,
    );
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

  #command<Body>(
    service: string,
    path: string,
    body: object,
    key: string = randomUUID(),
  ): Promise<Answer<Body>> {
    return this.#request(service, 'POST', path, { key, body });
  }

  /** Asks until the answer is as wanted. @throws Error when the patience is over */
  async #until<Body>(
    service: string,
    path: string,
    wanted: (answer: Answer<Body>) => boolean,
  ): Promise<Body> {
    const deadline = Date.now() + this.options.patienceMs;
    for (let pause = PAUSE_MS / 10; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
      const answer = await this.#request<Body>(service, 'GET', path);
      if (wanted(answer)) return answer.body;
      if (Date.now() > deadline)
        throw new Error(
          `${service} still answers ${answer.status} ${JSON.stringify(answer.body)} to GET ${path}`,
        );
      await sleep(pause);
    }
  }

  async #request<Body>(
    service: string,
    method: string,
    path: string,
    command?: { readonly key?: string; readonly body: object },
  ): Promise<Answer<Body>> {
    const deadline = Date.now() + this.options.patienceMs;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
      const answer = await fetch(this.#next(service) + path, {
        method,
        signal: AbortSignal.timeout(this.options.answerMs),
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
      if (answer.status !== 0 && answer.status !== 503 && answer.status !== 409) return answer;
      if (Date.now() > deadline)
        throw new Error(
          `${service} cannot be reached for ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`,
        );
      await sleep(pause);
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

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
