import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawSlices } from './raw-json.js';

const DATA = ['events', '*', 'data'];
const slicesOf = (text: string, path: readonly string[] = DATA) => {
  JSON.parse(text);
  return rawSlices(text, path, 64).slices;
};

describe('raw slices', () => {
  it('are the exact text of the values', () => {
    const text =
      ' { "a" : [1,{"data":0}], "events" : [ {"data": {"x": 5.0, "y":[1e2 , "}]\\"" ] } , "k":1}, {"data":12345678901234567890} ] } ';
    expect(slicesOf(text)).toEqual(['{"x": 5.0, "y":[1e2 , "}]\\"" ] }', '12345678901234567890']);
  });

  it.each([
    ['a number', '-1.50e+2'],
    ['true', 'true'],
    ['null', 'null'],
    ['a text', '"a\\"b\\\\"'],
    ['a text that ends in a backslash', '"\\\\"'],
    ['an empty text', '""'],
    ['an empty object', '{ }'],
    ['an empty array', '[]'],
    ['brackets within texts', '{"]":"}{["}'],
  ])('may be %s', (_kind, data) => {
    expect(slicesOf(`{"data":${data}}`, ['data'])).toEqual([data]);
    expect(slicesOf(`{"data": ${data} ,"z":0}`, ['data'])).toEqual([data]);
    expect(slicesOf(`{"events":[{"data":${data}}]}`)).toEqual([data]);
  });

  it('find a name that is written with escapes', () => {
    expect(slicesOf('{"\\u0065vents":[{"d\\u0061ta":1,"d\\\\ata":2}]}')).toEqual(['1']);
  });

  it('take the last of several members of the same name, as JSON.parse does', () => {
    expect(slicesOf('{"data":1,"x":0,"data":[2],"d\\u0061ta":3}', ['data'])).toEqual(['3']);
    expect(slicesOf('{"events":[{"data":1},{"data":2}],"events":[{"data":3,"data":4}]}')).toEqual(['4']);
    expect(slicesOf('{"events":[{"data":1}],"events":7}')).toEqual([]);
  });

  it('are none where the path leads nowhere', () => {
    expect(slicesOf('{"events":[1,"data",[],{"other":{"data":1}}]}')).toEqual([]);
    expect(slicesOf('[]')).toEqual([]);
    expect(slicesOf('{}')).toEqual([]);
  });

  it('name the first that nests too deep; scalars have depth 0, {} has depth 1', () => {
    const text = '{"events":[{"data":1},{"data":{}},{"data":[[]]},{"data":[[[]]]}]}';
    expect([0, 1, 2, 3].map((depthMax) => rawSlices(text, DATA, depthMax).tooDeep)).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
  });

  it('of any value, written in any way, are the text that was put there', () => {
    const json = fc.json({ maxDepth: 4 });
    const space = fc.constantFrom('', ' ', '\n\t', '\r ');
    const name = fc.constantFrom('"k"', '"dat"', '"data2"', '"d\\ndata"', '"\\\\"', '"__proto__"');
    fc.assert(
      fc.property(fc.array(fc.tuple(json, json, json, space, name)), (events) => {
        const texts = events.map(
          ([before, data, after, s, n]) =>
            `${s}{${s}${n}${s}:${s}${before},${s}"data"${s}:${s}${data}${s},${n}:${after}${s}}${s}`,
        );
        expect(slicesOf(`{"z":${JSON.stringify(texts)},"events":[${texts.join(',')}]}`)).toEqual(
          events.map(([, data]) => data.trim()),
        );
      }),
    );
  });
});
