/** Keys remembered; one that is forgotten is only not guarded. */
const KEYS_MAX = 20_000;

/**
 * Remembers the marks that this process has raised together with writes. A mark that stands lower than it was raised to means
 * that the store is an older copy than the one this process wrote to, and no event may raise it over what is missing. A key
 * stays with its instance, so the instance that would do the damage is the one that remembers.
 */
export class RaisedMarks {
  readonly #values = new Map<string, number>();

  note(key: string, value: number): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= KEYS_MAX) return;
    const oldest = this.#values.keys().next().value;
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  /** What the mark of a key was raised to, if it stands lower than that. */
  aboveMark(key: string, upTo: number): number | undefined {
    const raised = this.#values.get(key);
    return raised !== undefined && upTo < raised ? raised : undefined;
  }
}
