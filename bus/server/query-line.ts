import type { QueryMessage } from '../../common/protocol/messages.js';

/**
 * The queries of one session: answered one after the other, in order, and not before the registration that went ahead of them is
 * answered, for nothing may reach a client before its registration.
 */
export class QueryLine {
  readonly #answer: (query: QueryMessage) => Promise<void>;
  readonly #waitingMax: number;
  #waiting: QueryMessage[] = [];
  #held = false;
  #busy = false;

  /** @param answer never rejects */
  constructor(waitingMax: number, answer: (query: QueryMessage) => Promise<void>) {
    this.#waitingMax = waitingMax;
    this.#answer = answer;
  }

  /** Takes a query; false if too many wait. */
  add(query: QueryMessage): boolean {
    if (this.#waiting.length >= this.#waitingMax) return false;
    this.#waiting.push(query);
    this.#next();
    return true;
  }

  /** True while a registration is unanswered. */
  hold(held: boolean): void {
    this.#held = held;
    this.#next();
  }

  close(): void {
    this.#waiting = [];
  }

  #next(): void {
    if (this.#busy || this.#held) return;
    const query = this.#waiting.shift();
    if (query === undefined) return;
    this.#busy = true;
    void this.#answer(query).then(() => {
      this.#busy = false;
      this.#next();
    });
  }
}
