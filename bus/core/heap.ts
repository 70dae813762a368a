/** A binary min-heap by a number. Items of equal rank come out in no particular, but always the same, order. */
export class Heap<T> {
  #items: T[] = [];
  readonly #rank: (item: T) => number;

  constructor(rank: (item: T) => number) {
    this.#rank = rank;
  }

  get size(): number {
    return this.#items.length;
  }

  first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink(0);
    }
    return first;
  }

  /** Keeps only the items that pass; linear in the size. */
  keep(passes: (item: T) => boolean): void {
    this.#items = this.#items.filter(passes);
    for (let at = (this.#items.length >> 1) - 1; at >= 0; at -= 1) this.#sink(at);
  }

  #rise(from: number): void {
    const item = this.#items[from]!;
    const rank = this.#rank(item);
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#rank(this.#items[parent]!) <= rank) break;
      this.#items[at] = this.#items[parent]!;
      at = parent;
    }
    this.#items[at] = item;
  }

  #sink(from: number): void {
    const item = this.#items[from]!;
    const rank = this.#rank(item);
    let at = from;
    for (let child = 2 * at + 1; child < this.#items.length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < this.#items.length && this.#rank(this.#items[right]!) < this.#rank(this.#items[child]!))
        child = right;
      if (this.#rank(this.#items[child]!) >= rank) break;
      this.#items[at] = this.#items[child]!;
      at = child;
    }
    this.#items[at] = item;
  }
}
