import type { CoreViews, Effect } from '../../../bus/core/types.js';
import type { Books } from './books.js';
import { type Checker, demand, inner } from './checker.js';

/** What the bus says of debts: a cursor below which nothing is owed and that never goes back, and at the end nothing owed at all. */
export class ProgressChecker implements Checker {
  readonly #books: Books;
  #last = new Map<string, number>();

  constructor(books: Books) {
    this.#books = books;
  }

  crashed(): void {
    this.#last = new Map();
  }

  applied(_now: number, views: CoreViews): void {
    for (const { clientType, acknowledged } of views.services()) {
      const before = inner(this.#last, clientType, () => 0);
      demand(acknowledged >= before, `${clientType}: acknowledged goes back to ${acknowledged}`);
      this.#last.set(clientType, acknowledged);
      const lowest = Math.min(...this.#books.allOwed(clientType).map(({ position }) => position));
      demand(lowest > acknowledged, `${clientType}: acknowledged up to ${acknowledged}, but owes ${lowest}`);
    }
  }

  effect(_now: number, effect: Effect): void {
    if (effect.kind === 'registration' || effect.kind === 'progress')
      demand(effect.acknowledged <= effect.head && effect.head <= this.#books.log.length, 'ahead of the log');
  }

  finished(views: CoreViews): void {
    for (const { clientType, owed, acknowledged, parked } of views.services()) {
      const left = this.#books.allOwed(clientType).map(({ position }) => position);
      demand(left.length === 0, `${clientType} is still owed ${left}`);
      demand(owed === 0 && parked === 0, `${clientType}: ${owed} owed, ${parked} parked by the core's count`);
      const head = this.#books.log.length;
      demand(acknowledged === head, `${clientType}: acknowledged up to ${acknowledged} of ${head}`);
    }
    demand(views.head() === this.#books.log.length, 'the head is not the end of the log');
  }
}
