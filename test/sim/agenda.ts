/**
 * Virtual time: what shall happen when. Actions of one moment happen in the order in which they were put down; nothing happens
 * between two actions.
 */
export class Agenda {
  /** Unix ms */
  now: number;
  /** by time, the next one last */
  readonly #entries: { readonly at: number; readonly act: () => void | Promise<void> }[] = [];

  constructor(now: number) {
    this.now = now;
  }

  in(delayMs: number, act: () => void | Promise<void>): void {
    const at = this.now + delayMs;
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1]!.at <= at) index -= 1;
    this.#entries.splice(index, 0, { at, act });
  }

  async step(): Promise<void> {
    const next = this.#entries.pop();
    if (next === undefined) return;
    this.now = next.at;
    await next.act();
  }
}
