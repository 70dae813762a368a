/**
 * Work that touches one thing is done in the order in which it was asked for; work that has nothing in common is done at once. Nobody waits
 * for what was asked for later, so nobody waits for ever.
 */
export class Turns<Key> {
  readonly #last = new Map<Key, Promise<unknown>>();

  /** Does the work when everything that was asked for before and touches one of these keys has ended, well or not. */
  take(keys: readonly Key[], work: () => Promise<void>): Promise<void> {
    const done = Promise.all(keys.map((key) => this.#last.get(key))).then(work);
    const ended = done.catch(() => undefined);
    for (const key of keys) this.#last.set(key, ended);
    return done;
  }
}
