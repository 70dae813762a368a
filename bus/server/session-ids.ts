/** Sessions that fit into one start of the bus; see ARCHITECTURE.md, "Session ids". */
export const SESSIONS_PER_INCARNATION = 2 ** 22;

/**
 * Hands out session ids: `incarnation * 2^22 + n`, n = 1, 2, …; unique over restarts without chance. Before the ids of an
 * incarnation are used up, the next incarnation is recorded in the log, as if the bus had been started again.
 */
export class SessionIds {
  #incarnation: number;
  #next = 1;
  #renewing = false;
  readonly #begin: (incarnation: number) => Promise<void>;

  /** @param begin makes the record of a new incarnation durable; if it rejects it is asked again with a later id */
  constructor(incarnation: number, begin: (incarnation: number) => Promise<void>) {
    this.#incarnation = incarnation;
    this.#begin = begin;
  }

  /** The next id, or undefined while there is none: the store does not take the next incarnation. */
  take(): number | undefined {
    if (this.#next >= SESSIONS_PER_INCARNATION / 2) this.#renew();
    if (this.#next >= SESSIONS_PER_INCARNATION) return undefined;
    const id = this.#incarnation * SESSIONS_PER_INCARNATION + this.#next;
    this.#next += 1;
    return id;
  }

  #renew(): void {
    if (this.#renewing) return;
    this.#renewing = true;
    this.#begin(this.#incarnation + 1).then(
      () => {
        this.#incarnation += 1;
        this.#next = 1;
        this.#renewing = false;
      },
      () => {
        this.#renewing = false;
      },
    );
  }
}
