import type { Random } from '../../common/random.js';

/** How inputs are made from right ones: changes of bytes, of the structure of JSON, and of single fields. All chance is given. */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.int(list.length)]!;
}

/** Bytes that mean something to somebody: quotes, brackets, ends of lines, ends of UTF-8, ends of texts. */
const TELLING_BYTES = [
  ...Buffer.from('\0\t\n\r "\'%&+,-./0:;<=>?[\\]^`{|}~'),
  0x7f,
  0x80,
  0xbf,
  0xc0,
  0xe2,
  0xed,
  0xf5,
  0xff,
];

/** One to eight changes: bits, bytes, pieces removed, doubled, moved or taken from another input. */
export function mutateBytes(random: Random, input: Buffer, other: Buffer = input): Buffer {
  let bytes = Buffer.from(input);
  for (let left = 1 + random.int(8); left > 0; left -= 1) {
    const at = random.int(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + random.int(random.int(4) === 0 ? 64 : 6));
    const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
    const start = random.int(other.length + 1);
    bytes = Buffer.concat(
      pick(random, [
        [before, Buffer.from(piece.map((byte) => byte ^ (1 << random.int(8)))), after],
        [before, Buffer.of(pick(random, TELLING_BYTES)), piece, after],
        [before, Buffer.of(pick(random, TELLING_BYTES)), after],
        [before, after],
        [before, piece, piece, after],
        [before, after, piece],
        [before, other.subarray(start, start + random.int(40)), piece, after],
        [before, Buffer.alloc(random.int(300), pick(random, TELLING_BYTES)), after],
      ]),
    );
  }
  return bytes;
}

const TELLING_VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  1.5,
  -1e308,
  1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  9007199254740991,
  '',
  '*',
  '0',
  '-1',
  '9007199254740993',
  'NaN',
  '1e5',
  '\0',
  '\ud800',
  '\uffff',
  '__proto__',
  'constructor',
  'toString',
  '../..',
  '%',
  '€'.repeat(300),
  [],
  {},
  [[]],
  [null],
  { '': 0 },
  { __proto__x: 1 },
  { constructor: { prototype: {} } },
];

/** A value with one to four changes: fields removed, renamed, doubled, replaced, exchanged, nested. */
export function mutateJson(random: Random, value: Json): Json {
  let mutated = value;
  for (let left = 1 + random.int(4); left > 0; left -= 1) mutated = mutateOnce(random, mutated, 0);
  return mutated;
}

function mutateOnce(random: Random, value: Json, depth: number): Json {
  const isLeaf = value === null || typeof value !== 'object';
  const names = isLeaf ? [] : Object.keys(value);
  if (names.length > 0 && depth < 12 && random.int(4) !== 0) {
    const name = pick(random, names);
    if (Array.isArray(value))
      return value.map((item, at) => (`${at}` === name ? mutateOnce(random, item, depth + 1) : item));
    const object = value as { [name: string]: Json };
    const { [name]: inner, ...others } = object;
    switch (random.int(8)) {
      case 0:
        return others;
      case 1:
        return {
          ...others,
          [pick(random, ['', `${name} `, name.toUpperCase(), '__proto__x', 'x'.repeat(200)])]: inner!,
        };
      case 2:
        return { ...object, [pick(random, names)]: inner! };
      default:
        return { ...object, [name]: mutateOnce(random, inner!, depth + 1) };
    }
  }
  if (typeof value === 'string' && random.int(2) === 0)
    return mutateBytes(random, Buffer.from(value)).toString();
  if (typeof value === 'number' && random.int(2) === 0)
    return value + pick(random, [-1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53)]);
  switch (random.int(5)) {
    case 0:
      // many of a leaf only: many of many would be larger than a text can be
      return Array.from({ length: random.int(isLeaf && random.int(10) === 0 ? 2000 : 4) }, () => value);
    case 1:
      return nested(random, value);
    default:
      return pick(random, TELLING_VALUES);
  }
}

function nested(random: Random, value: Json): Json {
  let inner = value;
  for (let left = random.int(100); left > 0; left -= 1) inner = random.int(2) === 0 ? [inner] : { inner };
  return inner;
}

/** A right message as text, changed in one way or another; now and then left as it is. */
export function mutateMessage(random: Random, corpus: readonly Json[]): Buffer {
  const message = pick(random, corpus);
  const text = (value: Json): Buffer => Buffer.from(JSON.stringify(value));
  switch (random.int(10)) {
    case 0:
      return text(message);
    case 1:
    case 2:
    case 3:
      return mutateBytes(random, text(message), text(pick(random, corpus)));
    case 4:
      return mutateBytes(random, text(mutateJson(random, message)));
    default:
      return text(mutateJson(random, message));
  }
}
