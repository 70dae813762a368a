import type { RouteOutcome } from '../../../runtime/service/types.js';
import type { Books } from '../checkers/books.js';
import type { Outside } from '../clients/outside.js';
import type { World } from '../world.js';
import { ACCOUNTS, accountKey } from './facts.js';
import type { Fleet } from './fleet.js';
import type { Style } from './scenario.js';

/** A route call, repeated under its key until it is answered. */
export interface Withdrawal {
  readonly key: string;
  readonly id: string;
  readonly amount: number;
  outcome: RouteOutcome | undefined;
}

const OPENING = 100;
const AMOUNT_MAX = 40;

/** So many events the bank may be owed when one more request comes: more than its window, but a run has to end. */
const OWED_MAX = 60;

/** Those who want something from the bank: by events from outside, and by its route. */
export class Customers {
  readonly withdrawals: Withdrawal[] = [];
  #requests = 0;

  constructor(
    private readonly world: World,
    private readonly outside: Outside,
    private readonly fleet: Fleet,
    private readonly books: Books,
  ) {}

  /** What nobody has answered yet. */
  get open(): readonly string[] {
    const withdrawals = this.withdrawals.filter(({ outcome }) => outcome?.kind !== 'answer');
    return [...this.outside.open, ...withdrawals.map(({ key }) => key)];
  }

  deposit(style: Style): void {
    for (const id of ACCOUNTS)
      this.outside.send(style === 'modern' ? 'Credit' : 'Deposited', accountKey(id), { amount: OPENING });
  }

  /** One request more, unless the bank has enough to do. */
  ask(): void {
    if (this.books.allOwed('accounts').length > OWED_MAX) return;
    const { chance } = this.world;
    this.#requests += 1;
    const n = this.#requests;
    const [from, to] = [chance.of(ACCOUNTS), chance.of(ACCOUNTS)];
    const amount = chance.between(1, AMOUNT_MAX);
    const kind = chance.between(0, 2);
    if (kind === 0) this.outside.send('Transfer', `trans-${n}`, { from, to, amount });
    else if (kind === 1) this.outside.send('Order', `order-${n}`, { account: from, amount });
    else void this.#withdraw({ key: `withdrawal-${n}`, id: from, amount, outcome: undefined });
  }

  /** A caller that does not give up: the same request under the same key, to whichever instance there is. */
  async #withdraw(withdrawal: Withdrawal): Promise<void> {
    this.withdrawals.push(withdrawal);
    const { key, id, amount } = withdrawal;
    while (withdrawal.outcome?.kind !== 'answer') {
      withdrawal.outcome = await this.fleet.withdraw(key, { id, amount });
      await this.world.agenda.sleep(20);
    }
  }
}
