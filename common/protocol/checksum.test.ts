import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum } from './checksum.js';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

/** [text as received, text that is hashed] */
const COMPACTED: [string, string][] = [
  ['{"b": 1, "a": 2}', '{"a":2,"b":1}'],
  [
    ' { "a" : 5.0 , "big":12345678901234567890, "e":1E+2 }\n',
    '{"a":5.0,"big":12345678901234567890,"e":1E+2}',
  ],
  ['[ ]', '[]'],
  ['{ }', '{}'],
  [' 7', '7'],
  ['[1, [2 ,3], {"z":[],"y": {"b":0,"a":1}}]', '[1,[2,3],{"y":{"a":1,"b":0},"z":[]}]'],
  ['{"a b": "c d", "\\u0061a":"\\""}', '{"a b":"c d","\\u0061a":"\\""}'],
  ['{"a": 1, "a":2, "\\u0061":3}', '{"\\u0061":3}'],
  ['{"__proto__": 1, "Z":0}', '{"Z":0,"__proto__":1}'],
  ['{"b": 1, "a":"\\\\", "":0, "ab":1}', '{"":0,"a":"\\\\","ab":1,"b":1}'],
  // U+1F600 is two surrogates, which as UTF-16 units stand below U+FF5E
  ['{"\u{1f600}": 1, "～": 2}', '{"～":2,"\u{1f600}":1}'],
];

describe('the checksum', () => {
  it.each([
    ['{"account":837,"amount":3}', '76985386eca80cf2d8b13fdbf9d24f7835903643'],
    ['{"amount":30,"id":1,"note":"Deposit to 1"}', 'f7b144dc6731f1a4b942d34187e65a505fa1d78f'],
    ['{}', 'bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f'],
    ['{"RequestID":"1","AccountID":1}', '85eed3d2701a4b71251cc982adaf71fbd059de44'],
    ['{"a":5.0}', '7a497d8cec501200045f03b7c0d2c9ca2d2904a2'],
  ])('[P34] of %s is %s', (data, expected) => {
    expect(checksum(data)).toBe(expected);
  });

  it('[P34] of text without insignificant white space is of that very text, keys in their order', () => {
    for (const text of ['{"b":1,"a":"x y\\" z"}', '{"b":1,"b":2}', '5.0', '"a b"', '[{"é":"\u{1f600}"}]']) {
      expect(checksum(text)).toBe(sha1(text));
    }
  });

  it.each(COMPACTED)('[P34] of %j is that of %j', (data, compact) => {
    expect(checksum(data)).toBe(sha1(compact));
  });

  it('[P34] does not depend on the white space, once there is some', () => {
    const plain = fc
      .jsonValue({ maxDepth: 4 })
      .filter((value) => typeof value === 'object' && value !== null);
    fc.assert(
      fc.property(plain, (value) => {
        const wide = JSON.stringify(value, null, 2);
        if (!wide.includes('\n')) return;
        expect(checksum(wide)).toBe(checksum(` ${JSON.stringify(value)}`));
        expect(checksum(wide)).toBe(checksum(JSON.stringify(value, null, '\t')));
      }),
    );
  });
});
