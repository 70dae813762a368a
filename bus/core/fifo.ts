/** First in, first out; both ends in constant time. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  first(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    // Moving what is left costs no more than the items already taken: constant per item.
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes away and returns everything from the first item that `matches`, oldest first. */
  cutFrom(matches: (item: T) => boolean): T[] {
    const at = this.#items.findIndex((item, index) => index >= this.#head && matches(item));
    return at < 0 ? [] : this.#items.splice(at);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let at = this.#head; at < this.#items.length; at += 1) yield this.#items[at]!;
  }
}
