/**
 * Cuts raw slices out of JSON text: `5.0` stays `5.0`, a long number keeps its digits. The text must have been accepted by
 * JSON.parse before; this reader only looks for where values begin and end, and relies on them being well formed.
 */
const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
export const QUOTE = 0x22;
const COMMA = 0x2c;
export const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

export interface RawSlices {
  readonly slices: readonly string[];
  /** index of the first slice that nests deeper than allowed; undefined if none does */
  readonly tooDeep: number | undefined;
}

/**
 * The raw text of every value at a path of member names, where `*` stands for every element of an array: `['events', '*', 'data']`.
 * Of members with the same name the last counts, as for JSON.parse.
 * @param depthMax arrays and objects within each other; `{}` has depth 1, a number 0
 */
export function rawSlices(text: string, path: readonly string[], depthMax: number): RawSlices {
  const reader = new RawReader(text, path);
  reader.read(0);
  const tooDeep = reader.depths.findIndex((depth) => depth > depthMax);
  return { slices: reader.slices, tooDeep: tooDeep < 0 ? undefined : tooDeep };
}

class RawReader {
  readonly slices: string[] = [];
  readonly depths: number[] = [];
  readonly #text: string;
  readonly #path: readonly string[];
  #at = 0;

  constructor(text: string, path: readonly string[]) {
    this.#text = text;
    this.#path = path;
  }

  /** Reads the value that begins here, or behind white space, of which the first `step` names of the path are behind us. */
  read(step: number): void {
    this.#at = spaceEnd(this.#text, this.#at);
    if (step === this.#path.length) this.#cut();
    else if (this.#path[step] === '*') this.#readElements(step);
    else this.#readMembers(step);
  }

  #cut(): void {
    const from = this.#at;
    this.depths.push(this.#skipValue());
    this.slices.push(this.#text.slice(from, this.#at));
  }

  #readElements(step: number): void {
    if (!this.#enter(OPEN_BRACKET, CLOSE_BRACKET)) return;
    do this.read(step + 1);
    while (this.#another());
  }

  #readMembers(step: number): void {
    if (!this.#enter(OPEN_BRACE, CLOSE_BRACE)) return;
    const before = this.slices.length;
    do {
      if (this.#nameIs(this.#path[step]!)) {
        this.slices.length = before;
        this.depths.length = before;
        this.read(step + 1);
      } else {
        this.#at = spaceEnd(this.#text, this.#at);
        this.#skipValue();
      }
    } while (this.#another());
  }

  /** Steps into an array or an object; false, and behind it, if there is nothing in it, or another kind of value stands here. */
  #enter(open: number, close: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== open) {
      this.#skipValue();
      return false;
    }
    this.#at = spaceEnd(this.#text, this.#at + 1);
    if (this.#text.charCodeAt(this.#at) !== close) return true;
    this.#at += 1;
    return false;
  }

  /** Behind an element or member: true if another follows, else behind the closing bracket. */
  #another(): boolean {
    const at = spaceEnd(this.#text, this.#at);
    this.#at = at + 1;
    return this.#text.charCodeAt(at) === COMMA;
  }

  /** Moves behind a member's name and its colon. */
  #nameIs(name: string): boolean {
    const text = this.#text;
    const from = spaceEnd(text, this.#at);
    const end = stringEnd(text, from);
    this.#at = spaceEnd(text, end) + 1;
    if (end - from - 2 === name.length && text.startsWith(name, from + 1)) return true;
    const raw = text.slice(from, end);
    return raw.includes('\\') && JSON.parse(raw) === name;
  }

  /** Moves behind the value that begins here; returns its depth. */
  #skipValue(): number {
    const text = this.#text;
    let at = this.#at;
    let depth = 0;
    let deepest = 0;
    do {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) at = stringEnd(text, at);
      else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
        at += 1;
        depth += 1;
        if (depth > deepest) deepest = depth;
      } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
        at += 1;
        depth -= 1;
      } else if (depth === 0) at = scalarEnd(text, at);
      else at += 1;
    } while (depth > 0);
    this.#at = at;
    return deepest;
  }
}

export function isSpace(unit: number): boolean {
  return unit === SPACE || unit === LINE_FEED || unit === RETURN || unit === TAB;
}

export function spaceEnd(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** @param from of the opening quote */
export function stringEnd(text: string, from: number): number {
  let quote = text.indexOf('"', from + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslash = at - 1;
  while (text.charCodeAt(backslash) === BACKSLASH) backslash -= 1;
  return (at - backslash) % 2 === 0;
}

/** Of a number, true, false or null. */
export function scalarEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at += 1;
  return at;
}

function endsScalar(unit: number): boolean {
  return unit === COMMA || unit === CLOSE_BRACE || unit === CLOSE_BRACKET || isSpace(unit);
}
