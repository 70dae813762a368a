import { createHash } from 'node:crypto';
import type { JsonText } from './messages.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  scalarEnd,
  spaceEnd,
  stringEnd,
} from './raw-json.js';

/**
 * The checksum by which clients of the first generation match receipts to what they sent: lower-case hexadecimal SHA-1 of the
 * text as it was received, or of its compact form if the text contains white space outside strings (PROTOCOL.md, P34).
 * @param data valid JSON text; nested no deeper than `dataDepthMax`
 */
export function checksum(data: JsonText): string {
  const text = hasInsignificantSpace(data) ? new Compactor(data).value() : data;
  return createHash('sha1').update(text).digest('hex');
}

function hasInsignificantSpace(text: string): boolean {
  if (!/[\t\n\r ]/.test(text)) return false;
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (isSpace(unit)) return true;
    at = unit === QUOTE ? stringEnd(text, at) : at + 1;
  }
  return false;
}

/**
 * Writes JSON text without white space and with the members of each object sorted by name, by code point. Numbers and strings keep
 * the spelling they have; of members with the same name the last is kept.
 */
class Compactor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The compact form of the next value; moves behind it. */
  value(): string {
    const unit = this.#next();
    if (unit === OPEN_BRACE) return this.#object();
    if (unit === OPEN_BRACKET) return this.#array();
    return this.#take(unit === QUOTE ? stringEnd(this.#text, this.#at) : scalarEnd(this.#text, this.#at));
  }

  #object(): string {
    const members = new Map<string, string>();
    while (!this.#closes(CLOSE_BRACE)) {
      const rawName = this.#take(stringEnd(this.#text, this.#at));
      this.#next(); // the colon
      this.#at += 1;
      members.set(JSON.parse(rawName) as string, `${rawName}:${this.value()}`);
    }
    const names = [...members.keys()].sort(byCodePoint);
    return `{${names.map((name) => members.get(name)).join(',')}}`;
  }

  #array(): string {
    const elements: string[] = [];
    while (!this.#closes(CLOSE_BRACKET)) elements.push(this.value());
    return `[${elements.join(',')}]`;
  }

  /** Before a member or an element: steps over an opening bracket or a comma. Behind the last: moves behind the closing bracket. */
  #closes(close: number): boolean {
    if (this.#next() !== close) this.#at += 1;
    const closed = this.#next() === close;
    if (closed) this.#at += 1;
    return closed;
  }

  /** Moves to the next significant character. */
  #next(): number {
    this.#at = spaceEnd(this.#text, this.#at);
    return this.#text.charCodeAt(this.#at);
  }

  #take(end: number): string {
    const taken = this.#text.slice(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** JavaScript compares UTF-16 units, in which surrogates stand below U+E000…U+FFFF although their code points stand above. */
function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const SURROGATES = 0xd800;
const BEHIND_SURROGATES = 0xe000;

function rank(unit: number): number {
  return unit >= SURROGATES && unit < BEHIND_SURROGATES ? unit + 0x10000 : unit;
}
