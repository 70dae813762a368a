import { BoundedMap } from './bounded-map.js';
import { notThere } from './problem.js';
import type { Services } from './services/services.js';

/**
 * Whose an account is. Accounts are given to a user once and never taken away; so what is remembered is right for ever, and only
 * what is not remembered is asked (`GET /user/{name}`).
 */
export class Ownership {
  readonly #known: BoundedMap<string, ReadonlySet<number>>;

  constructor(
    private readonly services: Services,
    usersMax: number,
  ) {
    this.#known = new BoundedMap(usersMax);
  }

  /**
   * The numbers of a user's accounts, in the order in which they were opened, as of now.
   * @throws Problem not_found if there is no such user
   */
  async accountsOf(username: string): Promise<readonly number[]> {
    const { accounts } = await this.services.read<{ accounts: readonly number[] }>(
      'users',
      `/user/${encodeURIComponent(username)}`,
      { caller: username, what: `user ${username}` },
    );
    this.#known.set(username, new Set(accounts));
    return accounts;
  }

  async owns(username: string, account: number): Promise<boolean> {
    if (this.#known.get(username)?.has(account) === true) return true;
    return (await this.accountsOf(username)).includes(account);
  }

  /** @throws Problem not_found, in the words for an account that does not exist */
  async require(username: string, account: number): Promise<void> {
    if (!(await this.owns(username, account))) throw noAccount(account);
  }
}

export function noAccount(id: number): Error {
  return notThere(`account ${id}`);
}
