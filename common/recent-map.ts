/**
 * A map that remembers what was used lately: at least the `max / 2` entries used last, at most `max`.
 *
 * Two generations: what is used moves into the young one; when that is half of `max`, it becomes the old one, and what was left in
 * the old one is forgotten. (A map of which the first entry is deleted again and again gets slow: its iterator walks over the holes.)
 */
export class RecentMap<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  readonly #half: number;
  readonly #keeps: (value: V) => boolean;

  /** @param keeps entries that are not forgotten although they are not used; they may exceed `max` */
  constructor(max: number, keeps: (value: V) => boolean = () => false) {
    this.#half = Math.max(1, max >> 1);
    this.#keeps = keeps;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Counts as a use. */
  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    this.#old.delete(key);
    this.#young.set(key, value);
    if (this.#young.size >= this.#half) this.#age();
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #age(): void {
    const forgotten = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    for (const [key, value] of forgotten) if (this.#keeps(value)) this.#young.set(key, value);
  }
}
