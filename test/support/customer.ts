/** A person who uses the gateway as a program does: registered, signed in, with accounts of their own. */
import { randomUUID } from 'node:crypto';
import type { AccountList } from '../../common/pages/bank.js';
import type { SignedIn } from '../../common/pages/session.js';
import { until } from './until.js';

export const PASSWORD = 'correct horse';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** {} if there is none */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Question {
  /** GET without it */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Asks the gateway as whoever its headers say. */
export async function ask(gateway: string, path: string, question: Question = {}): Promise<Answer> {
  const { body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = question;
  const answer = await fetch(gateway + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}

export class Customer {
  private constructor(
    readonly gateway: string,
    readonly username: string,
    /** of the sign-in */
    readonly tokens: Required<SignedIn>,
  ) {}

  static async register(gateway: string, username: string): Promise<Customer> {
    const { status, body } = await ask(gateway, '/register', { body: { username, password: PASSWORD } });
    if (status !== 201) throw new Error(`/register answered ${status}: ${JSON.stringify(body)}`);
    return new Customer(gateway, username, body as unknown as Required<SignedIn>);
  }

  /** Somebody who is registered with the `PASSWORD`, such as an operator. */
  static async signIn(gateway: string, username: string): Promise<Customer> {
    const { status, body } = await ask(gateway, '/login', { body: { username, password: PASSWORD } });
    if (status !== 200) throw new Error(`/login answered ${status}: ${JSON.stringify(body)}`);
    return new Customer(gateway, username, body as unknown as Required<SignedIn>);
  }

  /** Headers that say who this is. */
  get credentials(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.tokens.access}` };
  }

  /** A command has a key of its own unless the headers name one. */
  ask(path: string, { headers = {}, ...question }: Question = {}): Promise<Answer> {
    const key = question.body === undefined ? {} : { 'idempotency-key': randomUUID() };
    return ask(this.gateway, path, { ...question, headers: { ...this.credentials, ...key, ...headers } });
  }

  async accounts(): Promise<AccountList['accounts']> {
    return ((await this.ask('/api/accounts')).body as unknown as AccountList).accounts;
  }

  /** Opens an account, with money if an amount is named, and waits until both are there. */
  async open(amount = 0): Promise<number> {
    const { request_id: request } = (await this.ask('/api/accounts', { body: {} })).body;
    const id = await until(async () => {
      const { body } = await this.ask(`/api/accounts/requests/${request}`);
      return body.status === 'created' ? Number(body.account_id) : undefined;
    });
    await until(async () => (await this.ask(`/api/accounts/${id}`)).status === 200);
    if (amount > 0) {
      await this.ask(`/api/accounts/${id}/deposit`, { body: { amount } });
      await until(async () => (await this.balance(id)) === amount);
    }
    return id;
  }

  async balance(id: number): Promise<number> {
    return Number((await this.ask(`/api/accounts/${id}`)).body.balance);
  }
}
