import { describe, expect, it } from 'vitest';
import { runHandler, scriptErrorOf } from './testing/script.js';

describe('json', () => {
  it.each([
    ['json.encode({b = 1, a = {1, "x", true}})', '{"b":1,"a":[1,"x",true]}'],
    ['json:encode({1})', '[1]'],
    ['json.encode({})', '[]'],
    ['json.encode(json.object{})', '{}'],
    ['json.encode(json.object{1})', '[1]'],
    ['json.encode({json.null, {x = json.null}})', '[null,{"x":null}]'],
    ['json.encode(nil)', 'null'],
    ['json.encode(10 / 2)', '5'],
    ['json.encode(0.1)', '0.1'],
    ['json.encode("ä\\n")', '"ä\\n"'],
    ['json.encode(json.decode("{}"))', '{}'],
    ['json.encode(json.decode("[{}, []]"))', '[{},[]]'],
  ])('%s gives %s', async (expression, expected) => {
    expect(await runHandler(`return ${expression}`)).toEqual([expected]);
  });

  it.each([
    ['json.decode("[1, null, 2.50]")', [1, null, 2.5]],
    ['json:decode("\\"x\\"")', 'x'],
    ['json.decode("null")', undefined],
    ['json.decode("9007199254740991")', 9007199254740991],
    ['math.type(json.decode("5.0"))', 'integer'],
    ['json.decode("{\\"a\\":null}").a', undefined],
    ['tostring(json.null) .. type(json.null)', 'nulluserdata'],
  ])('%s is right', async (expression, expected) => {
    expect(await runHandler(`return ${expression}`)).toEqual([expected]);
  });

  it.each([
    ['json.decode("{")', /^script\.lua:1: json\.decode: no JSON: /],
    [
      'json.decode(\'{"a":[1,9007199254740992]}\')',
      /json\.decode: \.a\[1\]: the number is outside ±\(2\^53-1\)/,
    ],
    ['json.decode("1e999")', /json\.decode: value: the number is outside/],
    ['json.decode()', /bad argument #1 to 'decode'/],
    ['json.encode({x = {print}})', /json\.encode: \.x\[1\]: a function cannot leave Lua/],
    ['json.encode(0/0)', /json\.encode: value: the number nan cannot leave Lua/],
    ['json.encode()', /bad argument #1 to 'encode'/],
    ['json.object(5)', /bad argument #1 to 'object'/],
  ])('%s is an error that can be caught', async (expression, message) => {
    expect((await scriptErrorOf(runHandler(`return ${expression}`))).message).toMatch(message);
    expect((await runHandler(`return (pcall(function() return ${expression} end))`))[0]).toBe(false);
  });
});
