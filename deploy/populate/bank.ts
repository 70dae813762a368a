/**
 * The bank's services as a program talks to them: JSON over HTTP, spread over the instances of each service. Errors that pass
 * (no connection, 503) are tried again; commands carry an Idempotency-Key, so trying again repeats nothing.
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

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;
const PAUSE_MAX_MS = 1_000;

/** Addresses per service, e.g. `{accounts: ['http://localhost:5003']}`. */
export type Addresses = Readonly<Record<string, readonly string[]>>;

export class Bank {
  readonly #turns = new Map<string, number>();

  constructor(readonly addresses: Addresses) {}

  createUser(username: string): Promise<Answer<{ status: string; error?: string }>> {
    return this.#command('users', '/user', { username });
  }

  async requestAccount(username: string): Promise<string> {
    const { body } = await this.#command<{ request_id: string }>('users', `/user/${username}`, {});
    return body.request_id;
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

  deposit(id: number, amount: number): Promise<Answer<{ error?: string }>> {
    return this.#command('accounts', `/account/${id}/deposit`, { amount });
  }

  withdraw(id: number, amount: number): Promise<Answer<{ error?: string }>> {
    return this.#command('accounts', `/account/${id}/withdrawal`, { amount });
  }

  /** The number of the transaction. */
  async transfer(fromAccountId: number, toAccountId: number, amount: number): Promise<number> {
    const { status, body } = await this.#command<{ transactionId: number }>(
      'transactions',
      '/createTransaction',
      {
        fromAccountId,
        toAccountId,
        amount,
      },
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
    return (await this.#request<{ refunded: number }>('loyalty', 'GET', `/points/${id}`)).body.refunded;
  }

  #command<Body>(service: string, path: string, body: object): Promise<Answer<Body>> {
    return this.#request(service, 'POST', path, body);
  }

  /** Asks until the answer is as wanted. @throws Error after PATIENCE_MS */
  async #until<Body>(
    service: string,
    path: string,
    wanted: (answer: Answer<Body>) => boolean,
  ): Promise<Body> {
    const deadline = Date.now() + PATIENCE_MS;
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

  async #request<Body>(service: string, method: string, path: string, body?: object): Promise<Answer<Body>> {
    const key = body === undefined ? undefined : randomUUID();
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
      const answer = await fetch(this.#next(service) + path, {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', 'idempotency-key': key! },
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
