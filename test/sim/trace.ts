import type { StoredEvent } from '../../common/events.js';

/** Characters of a line that are kept to be read. */
const LINE_MAX = 600;

/** What happened, as a number (equal runs have equal numbers), and its last lines for whoever looks for a fault. */
export class Trace {
  readonly #lines: string[] = [];
  readonly #keep: number;
  #hash = 0x811c9dc5;

  /** @param keep lines to remember */
  constructor(keep: number) {
    this.#keep = keep;
  }

  add(now: number, what: string, detail: unknown): void {
    const line = `${now} ${what} ${JSON.stringify(detail, inShort)}`;
    for (let at = 0; at < line.length; at += 1)
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(at), 0x01000193);
    this.#lines.push(line.slice(0, LINE_MAX));
    if (this.#lines.length > 2 * this.#keep) this.#lines.splice(0, this.#keep);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  lines(): readonly string[] {
    return this.#lines.slice(-this.#keep);
  }
}

/** Events of the log in few words: whether the rest of them is right, the checkers see. */
function inShort(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('owedTo' in value)) return value;
  const { position, type, key, value: number, data } = value as StoredEvent;
  return `${position} ${key}/${number} ${type} ${data.slice(0, 60)}`;
}
