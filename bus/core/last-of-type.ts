/**
 * Per event type, the value of its newest event in one key. Most keys have events of one type: its value stands here itself, for a Map
 * would be most of what a key costs in memory.
 */
export class LastOfType {
  #type = '';
  /** -1: there are none */
  #value = -1;
  #others: Map<string, number> | undefined;

  constructor(known: Readonly<Record<string, number>> = {}) {
    for (const [type, value] of Object.entries(known)) this.raise(type, value);
  }

  /** There is an event of this type and value. Values of a type only grow: an older one changes nothing. */
  raise(type: string, value: number): void {
    if (this.#value < 0 || type === this.#type) {
      this.#type = type;
      this.#value = Math.max(this.#value, value);
      return;
    }
    this.#others ??= new Map();
    this.#others.set(type, Math.max(this.#others.get(type) ?? -1, value));
  }

  /** The highest of the types that are looked for, -1 for none. */
  newest(wanted: (type: string) => boolean): number {
    let newest = this.#value >= 0 && wanted(this.#type) ? this.#value : -1;
    for (const [type, value] of this.#others ?? []) if (value > newest && wanted(type)) newest = value;
    return newest;
  }
}
