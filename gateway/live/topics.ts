import type { Caller } from '../auth/access.js';
import type { Ownership } from '../ownership.js';
import { notThere, Problem } from '../problem.js';
import type { Services } from '../services/services.js';
import type { ServiceTopic } from './update.js';

/** A statement: one update per entry, numbered from 1. */
export function accountTopic(id: number): ServiceTopic {
  return { clientType: 'accounts', name: `account:${id}`, gapless: true };
}

/** The verdict on a transfer; its cursor is a value of the transfer's key. */
export function transferTopic(id: number): ServiceTopic {
  return { clientType: 'transactions', name: `transaction:${id}`, gapless: false };
}

/** The accounts that a user has opened, numbered from 1. */
export function userTopic(username: string): ServiceTopic {
  return { clientType: 'users', name: `user:${username}`, gapless: true };
}

/** A topic that the caller may watch. */
export interface OwnTopic {
  readonly topic: ServiceTopic;
  /** where "from now on" begins */
  readonly now: () => Promise<number>;
}

/** Finds out what a page's topic is, and whether it is the caller's. */
export class Topics {
  constructor(
    private readonly services: Services,
    private readonly ownership: Ownership,
  ) {}

  /** @throws Problem not_found if there is no such topic, or none for this caller */
  async own(name: string, caller: Caller): Promise<OwnTopic> {
    const { username } = caller;
    if (name === 'user')
      return {
        topic: userTopic(username),
        now: async () => (await this.ownership.accountsOf(username)).length,
      };
    const [, kind, digits] = /^(account|transfer):([1-9]\d{0,15})$/.exec(name) ?? [];
    const id = Number(digits);
    if (kind === 'account') {
      await this.ownership.require(username, id);
      return this.account(id);
    }
    if (kind === 'transfer') {
      await this.#requireTransfer(id, username);
      // The one verdict there is; whoever watches a transfer wants it, even if it has been given.
      return { topic: transferTopic(id), now: async () => -1 };
    }
    throw new Problem('not_found', 'There is no such topic.', { field: 'topic' });
  }

  /** @throws Problem not_found when `now` is asked and there is no such account */
  account(id: number): OwnTopic {
    return {
      topic: accountTopic(id),
      now: async () => {
        const path = `/account/${id}/statement?last=1`;
        const what = { what: `account ${id}` };
        return (await this.services.read<{ entries: number }>('accounts', path, what)).entries;
      },
    };
  }

  async #requireTransfer(id: number, username: string): Promise<void> {
    const { fromAccountId, toAccountId } = await this.services.read<{
      fromAccountId: number;
      toAccountId: number;
    }>('transactions', `/transaction/${id}`, { caller: username, what: `transfer ${id}` });
    const owns = await Promise.all([fromAccountId, toAccountId].map((a) => this.ownership.owns(username, a)));
    if (!owns.includes(true)) throw notThere(`transfer ${id}`);
  }
}
