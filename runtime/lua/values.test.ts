import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runHandler, scriptErrorOf, startScript, type TestScript } from './testing/script.js';
import type { LuaValue } from './vm.js';

/** What a handler sees of an argument, and what comes back of a value that it makes. */
async function inLua(value: LuaValue, expression: string): Promise<LuaValue> {
  const script = await startScript(`test.on("f", function(v) return ${expression} end)`);
  try {
    return (await script.call('f', value))[0];
  } finally {
    script.close();
  }
}

describe('numbers', () => {
  it.each([
    [5, 'math.type(v)', 'integer'],
    [-0, 'math.type(v) .. v', 'integer0'],
    [2 ** 53 - 1, 'math.type(v)', 'integer'],
    [1.5, 'math.type(v)', 'float'],
    [12345, '"acc-" .. v', 'acc-12345'],
    [1733333333333, 'tostring(v)', '1733333333333'],
    [9007199254740991, '"" .. v', '9007199254740991'],
    [-9007199254740991, 'string.format("%d", v)', '-9007199254740991'],
    [10, 'v / 2 .. ""', '5'],
    [10, 'math.type(v / 2)', 'float'],
    [2_500_000_000, 'v + v', 5_000_000_000],
    [9007199254740991, 'math.type(v + 1)', 'float'],
    [9007199254740991, 'v - 1', 9007199254740990],
    [0.1, 'v', 0.1],
    [5e-324, 'v', 5e-324],
  ])('%s: %s gives %s', async (value, expression, expected) => {
    expect(await inLua(value, expression)).toBe(expected);
  });

  it.each([
    ['0/0', 'value: the number nan cannot leave Lua'],
    ['{{a = 1/0}}', '[1].a: the number inf cannot leave Lua'],
    ['{a = -1/0}', '.a: the number -inf cannot leave Lua'],
    ['{amount = math.maxinteger + 1}', '.amount: the number 9007199254740992 is outside ±(2^53-1)'],
    ['2^60', 'value: the number 1152921504606847000 is outside ±(2^53-1)'],
  ])('that mean nothing outside cannot leave: %s', async (expression, message) => {
    const { details } = await scriptErrorOf(runHandler(`return ${expression}`));
    expect(details).toMatchObject({
      kind: 'conversion',
      message: `script.lua:1: result 1 of the function: ${message}`,
    });
  });

  it('that are out of range cannot enter, and the script sees which one', async () => {
    const script = await startScript(
      'test.on("f", function(v) return pcall(function() return v.list[2].amount end) end)',
    );
    const refused = script.call('f', 2 ** 53);
    expect((await scriptErrorOf(refused)).details).toMatchObject({
      kind: 'conversion',
      message:
        'script.lua:1: an argument for the function: value: the number 9007199254740992 is outside ±(2^53-1)',
    });
    expect(await script.call('f', { list: [{}, { amount: 1e16 }] })).toEqual([
      false,
      'script.lua:1: .list[2].amount: the number 10000000000000000 is outside ±(2^53-1)',
    ]);
    script.close();
  });
});

describe('documents', () => {
  const documents: readonly [string, LuaValue, string, LuaValue][] = [
    ['an empty array stays one', [], 'v', []],
    ['an empty object stays one', {}, 'v', {}],
    ['also after a look', {}, '(function() for _ in pairs(v) do end return v end)()', {}],
    ['and when it was emptied', { a: 1 }, '(function() v.a = nil return v end)()', {}],
    ['content decides', {}, '(function() v[1] = "x" return v end)()', ['x']],
    ['a new empty table is an array', null, '{}', []],
    ['json.object makes it an object', null, '{json.object{}, json.object()}', [{}, {}]],
    ['null in an object is absent', { a: null, b: 1 }, 'v.a == nil and next(v) == "b"', true],
    ['null in an array is json.null', [1, null, 3], '#v == 3 and v[2] == json.null', true],
    ['json.null leaves as null', null, '{a = json.null, b = {json.null}}', { a: null, b: [null] }],
    ['json.null alone is null', null, 'json.null', null],
    ['null alone is nil', null, 'v == nil', true],
    ['a length counts', [4, 5, 6], '#v', 3],
    ['names may be any text', { 'a b': 1, '1': 2 }, 'v["a b"] + v["1"]', 3],
    ['texts of digits stay names', null, '{["1"] = "a", ["2"] = "b"}', { 1: 'a', 2: 'b' }],
    ['indexes in any order are an array', null, '{[2] = "b", [1] = "a"}', ['a', 'b']],
    ['a float that is an integer is an index', null, '{[1.0] = "a"}', ['a']],
    ['text is UTF-8', 'äöü €😀', '#v', 14],
    ['text keeps a byte order mark', '\ufeffx', 'v', '\ufeffx'],
    ['bytes of a text are kept', 'a\0b', 'v:byte(2)', 0],
    [
      'a changed copy leaves',
      { a: { b: 1 }, c: 2 },
      '(function() v.a.b = 5 return v end)()',
      { a: { b: 5 }, c: 2 },
    ],
  ];

  it.each(documents)('%s', async (_, value, expression, expected) => {
    expect(await inLua(value, expression)).toEqual(expected);
  });

  it('leave as the very object that came in, if the script did not look', async () => {
    const document = { a: [1, { b: 2 }] };
    expect(await inLua(document, 'v')).toBe(document);
    expect(await inLua({ outer: document }, '{v.outer}')).toEqual([document]);
  });

  it('are never changed by the script', async () => {
    const document = { a: [1, 2], b: { c: 1 } };
    await inLua(document, '(function() v.a[1] = 9 v.b.c = nil v.d = 1 table.remove(v.a) return v end)()');
    expect(document).toEqual({ a: [1, 2], b: { c: 1 } });
  });

  it('may have a field __proto__', async () => {
    const result = (await inLua(
      JSON.parse('{"__proto__":{"x":1}}'),
      '{["__proto__"] = v["__proto__"]}',
    )) as object;
    expect(JSON.stringify(result)).toBe('{"__proto__":{"x":1}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });

  it.each([
    ['{statements = {{}, {}, {note = print}}}', '.statements[3].note: a function cannot leave Lua'],
    ['{a = coroutine.create(print)}', '.a: a coroutine cannot leave Lua'],
    ['{1, nil, 3}', 'value: an array with a hole (there is no [2]) cannot leave Lua'],
    ['{x = {[5] = 1}}', '.x: an array with a hole (there is no [1]) cannot leave Lua'],
    ['{1, a = 2}', 'value: a table with both texts and numbers as keys cannot leave Lua'],
    ['{a = 2, [1] = 1}', 'value: a table with both texts and numbers as keys cannot leave Lua'],
    ['{[true] = 1}', 'value: a table with a boolean as key cannot leave Lua'],
    ['{[1.5] = 1}', 'value: a table with a fraction as key cannot leave Lua'],
    ['{["odd name"] = {"\\xff"}}', '["odd name"][1]: the text is not UTF-8'],
    ['{["\\xff"] = 1}', 'value: the text is not UTF-8'],
  ])('that cannot leave name the place: %s', async (expression, message) => {
    const { details } = await scriptErrorOf(runHandler(`return ${expression}`));
    expect(details.kind).toBe('conversion');
    expect(details.message).toContain(`script.lua:1: result 1 of the function: ${message}`);
  });

  it('are checked the same as arguments of the host, at the line of the script, where pcall may catch it', async () => {
    const globals = { bus: { send: () => undefined } };
    const { details } = await scriptErrorOf(runHandler('\nbus:send("x", {a = {print}})', { globals }));
    expect(details).toMatchObject({
      kind: 'conversion',
      message: 'script.lua:2: bus:send: argument 2: .a[1]: a function cannot leave Lua',
    });
    expect(await runHandler('return (pcall(bus.send, {1, nil, 3}))', { globals })).toEqual([false]);
  });

  it.each([
    ['a cycle', 'local t = {} t.me = t return t'],
    ['65 levels', 'local t = "x" for i = 1, 65 do t = {t} end return t'],
  ])('are refused when nested too deep: %s', async (_, body) => {
    const { details } = await scriptErrorOf(runHandler(body));
    expect(details.message).toMatch(/: nested deeper than 64 levels/);
  });

  it('may have 64 levels, also where an untouched one stands in a new one', async () => {
    expect(await runHandler('local t = "x" for i = 1, 64 do t = {t} end return t')).toHaveLength(1);
    const deep = (levels: number): LuaValue => (levels === 0 ? 'x' : [deep(levels - 1)]);
    expect(await inLua(deep(63), '{v}')).toEqual(deep(64));
    await scriptErrorOf(inLua(deep(64), '{v}'));
  });

  it('refuse half a surrogate pair, and do not show half a document to who catches that', async () => {
    const body = 'pcall(function() return v.a end) return pcall(function() return v.a end)';
    const script = await startScript(`test.on("f", function(v) ${body} end)`);
    expect(await script.call('f', { a: 1, b: 'x\ud800' })).toEqual([
      false,
      'script.lua:1: .b: the text is not valid Unicode',
    ]);
    script.close();
  });
});

describe('pairs', () => {
  it('runs in the order of insertion, for documents, new tables, and after deletions', async () => {
    const names = '(function(t) local s = "" for k in pairs(t) do s = s .. k end return s end)';
    expect(await inLua({ z: 1, a: 2, m: 3 }, `${names}(v)`)).toBe('zam');
    expect(await inLua(null, `${names}({z = 1, a = 2, m = 3})`)).toBe('zam');
    expect(await inLua({ z: 1, a: 2, m: 3 }, `(function() v.z = nil v.z = 4 return ${names}(v) end)()`)).toBe(
      'amz',
    );
    expect(JSON.stringify(await inLua(null, '{z = 1, a = {y = 1, b = 2}, m = 3}'))).toBe(
      '{"z":1,"a":{"y":1,"b":2},"m":3}',
    );
  });
});

describe('any JSON document', () => {
  /** an untouched, a fully looked at, and a rebuilt copy */
  const SOURCE = `
    local function look(t) if type(t) == "table" then for k, v in pairs(t) do look(v) end end return t end
    local function copy(t)
      if type(t) ~= "table" then return t end
      local c = next(t) == nil and t or {}
      for k, v in pairs(t) do c[k] = copy(v) end
      return c
    end
    test.on("same", function(v) return v end)
    test.on("look", look)
    test.on("copy", copy)
    test.on("text", function(v) return json.decode(json.encode(v)) end)`;

  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true, max: 2 ** 53 - 1, min: -(2 ** 53 - 1) }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.boolean(),
      number,
      fc.string({ unit: 'grapheme' }),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value'), { maxLength: 6 }),
    object: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), tie('value'), { maxKeys: 6 }),
  }));

  it('comes back as it went in', async () => {
    const script: TestScript = await startScript(SOURCE);
    await fc.assert(
      fc.asyncProperty(value, async (any) => {
        const plain = JSON.parse(JSON.stringify(any)) as LuaValue;
        for (const name of ['same', 'look', 'copy', 'text'])
          expect(await script.call(name, plain)).toEqual([plain]);
      }),
      { numRuns: 300 },
    );
    script.close();
  });
});
