/**
 * A line of items, first come first served; an item may leave from the middle. All in constant time, and without garbage: each item
 * brings its own places. (A Set whose first item is deleted again and again gets slow: its iterator walks over the holes.)
 */
export class Line<T> {
  first: Place<T> | undefined;
  last: Place<T> | undefined;
  length = 0;

  *[Symbol.iterator](): IterableIterator<T> {
    for (let place = this.first; place !== undefined; place = place.next) yield place.item;
  }
}

/** Where an item may stand: in one line at a time, or in none. */
export class Place<T> {
  line: Line<T> | undefined;
  previous: Place<T> | undefined;
  next: Place<T> | undefined;

  constructor(readonly item: T) {}

  /** Leaves the line it is in, if any, and stands at the end of this one. */
  join(line: Line<T>): void {
    this.leave();
    this.line = line;
    this.previous = line.last;
    if (line.last === undefined) line.first = this;
    else line.last.next = this;
    line.last = this;
    line.length += 1;
  }

  leave(): void {
    const { line, previous, next } = this;
    if (line === undefined) return;
    if (previous === undefined) line.first = next;
    else previous.next = next;
    if (next === undefined) line.last = previous;
    else next.previous = previous;
    line.length -= 1;
    this.line = undefined;
    this.previous = undefined;
    this.next = undefined;
  }
}
