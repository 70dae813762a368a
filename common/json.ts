/**
 * JSON whose numbers mean exactly what was written. `JSON.parse` rounds silently: 9007199254740993 becomes …992. Here a
 * number outside ±(2^53-1), or one that only rounding would make an integer, is an error that names the place.
 *
 * Places are written as in JavaScript, from 0: `.statements[2].amount`; the whole value is `value`.
 */
import type { Json } from './protocol/messages.js';

/** Nesting above this is refused everywhere: what one process accepts, the next must be able to handle without deep recursion. */
export const JSON_DEPTH_MAX = 64;

export class JsonError extends Error {
  constructor(
    /** `syntax`: no JSON. `number`: out of range or not exact. `depth`: nested too deep. `text`: no valid Unicode */
    readonly code: 'syntax' | 'number' | 'depth' | 'text',
    /** '' = the whole value, or unknown (`syntax`) */
    readonly path: string,
    problem: string,
  ) {
    super(code === 'syntax' ? problem : `${path === '' ? 'value' : path}: ${problem}`);
    this.name = 'JsonError';
  }

  /** The place in a request's body as scripts name fields: `amount`, `list[0].amount`; the whole is `body`, an item of it `body[0]`. */
  get field(): string {
    // The way to what is nested too deep is as long as it is useless.
    if (this.code === 'depth') return 'body';
    return this.path.startsWith('.') ? this.path.slice(1) : `body${this.path}`;
  }
}

/** @throws JsonError */
export function parseJsonExact(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new JsonError('syntax', '', `no JSON: ${(error as Error).message}`);
  }
  check(value, []);
  if (MAY_ROUND_TO_INTEGER.test(text)) refuseRounded(text);
  return value;
}

/** `name` as a step of a path: `.name`, or `["any text"]` where that is no name. */
export function pathStep(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** The way to a value: names and indexes from the outside in. */
type Trail = (string | number)[];

function written(trail: Readonly<Trail>): string {
  return trail.map((step) => (typeof step === 'number' ? `[${step}]` : pathStep(step))).join('');
}

function check(value: Json, trail: Trail): void {
  if (typeof value === 'number') {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
      throw new JsonError('number', written(trail), 'the number is outside ±(2^53-1)');
  } else if (typeof value === 'string') {
    checkText(value, trail);
  } else if (value !== null && typeof value === 'object') {
    if (trail.length >= JSON_DEPTH_MAX)
      throw new JsonError('depth', written(trail), `nested deeper than ${JSON_DEPTH_MAX} levels`);
    for (const name of Object.keys(value)) {
      checkText(name, trail);
      trail.push(Array.isArray(value) ? Number(name) : name);
      check((value as Record<string, Json>)[name]!, trail);
      trail.pop();
    }
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function checkText(text: string, trail: Readonly<Trail>): void {
  if (LONE_SURROGATE.test(text)) throw new JsonError('text', written(trail), 'the text is not valid Unicode');
}

/** A fraction needs 16 digits, or a negative exponent, before it can round to an integer that is in range. */
const MAY_ROUND_TO_INTEGER = /\d[\d.]{16}|\de-?\d/i;

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[[\]{},]/g;

/** Finds the number with a fraction that was lost, and the path to it. The text is valid JSON. */
function refuseRounded(text: string): void {
  const open: { names: boolean; step: string | number; expectName: boolean }[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token === '{' || token === '[')
      open.push({ names: token === '{', step: token === '{' ? '' : 0, expectName: token === '{' });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (typeof inside!.step === 'number') inside!.step += 1;
      inside!.expectName = inside!.names;
    } else if (token.startsWith('"')) {
      if (inside?.expectName) {
        inside.step = JSON.parse(token) as string;
        inside.expectName = false;
      }
    } else if (Number.isInteger(Number(token)) && !isIntegerText(token)) {
      const path = written(open.map(({ step }) => step));
      throw new JsonError('number', path, 'the number has more digits than can be kept');
    }
  }
}

/** Whether a JSON number, written with fraction or exponent, stands for an integer: 1.50e1 does, 1.5e0 does not. */
function isIntegerText(token: string): boolean {
  const [, whole, fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token)!;
  const digits = (whole! + fraction).replace(/0+$/, '');
  const places = fraction.length - Number(exponent);
  const trailingZeros = whole!.length + fraction.length - digits.length;
  return digits === '' || places <= trailingZeros;
}
