import { Fifo } from './fifo.js';
import type { Effect } from './types.js';

/** The place of one answer among the answers of a session. */
export interface Reply {
  effect: Effect | undefined;
}

/** The answers to the `new`s of one session: they leave in the order of the `new`s, whichever is known first. */
export class Replies {
  readonly #open = new Fifo<Reply>();

  /** Keeps a place for an answer that is not known yet. */
  reserve(): Reply {
    const reply: Reply = { effect: undefined };
    this.#open.push(reply);
    return reply;
  }

  /** What may leave now, in order. */
  *settled(): IterableIterator<Effect> {
    for (let effect = this.#open.first()?.effect; effect !== undefined; effect = this.#open.first()?.effect) {
      this.#open.shift();
      yield effect;
    }
  }
}
