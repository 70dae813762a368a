import { RecentMap } from '../../../common/recent-map.js';

/** Keys remembered; one that is forgotten is only not guarded. */
const KEYS_MAX = 20_000;

/**
 * Remembers the marks that this process has raised together with writes. A mark that stands lower than it was raised to means
 * that the store is an older copy than the one this process wrote to, and no event may raise it over what is missing. A key
 * stays with its instance, so the instance that would do the damage is the one that remembers.
 */
export class RaisedMarks {
  readonly #values = new RecentMap<string, number>(KEYS_MAX);

  note(key: string, value: number): void {
    this.#values.set(key, value);
  }

  /** What the mark of a key was raised to, if it stands lower than that. */
  aboveMark(key: string, upTo: number): number | undefined {
    const raised = this.#values.get(key);
    return raised !== undefined && upTo < raised ? raised : undefined;
  }
}
