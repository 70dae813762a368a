import { describe, expect, it } from 'vitest';
import { runHandler, scriptErrorOf, startScript } from './testing/script.js';
import { HostError } from './vm.js';

/** `host.get(key)`: at once, or after a wait. The same script must see no difference. */
const stores = {
  'at once': { get: (_: unknown, key: unknown) => `<${key}>` },
  'after a wait': { get: async (_: unknown, key: unknown) => `<${key}>` },
};

const fails = {
  'at once': {
    get: () => {
      throw new HostError('no store');
    },
  },
  'after a wait': { get: () => Promise.reject(new HostError('no store')) },
};

describe.each(Object.keys(stores) as (keyof typeof stores)[])('a host call answered %s', (when) => {
  const run = (body: string) => runHandler(body, { globals: { host: stores[when] } });

  it.each([
    ['in a handler', 'return host.get("a")', ['<a>']],
    ['as a tail call of a function', 'local function f() return host.get("a") end return f()', ['<a>']],
    [
      'several times in one expression',
      'return host.get("a") .. host.get("b") .. host.get("c")',
      ['<a><b><c>'],
    ],
    ['inside pcall', 'return pcall(function() return host.get("a") end)', [true, '<a>']],
    ['directly in pcall', 'return pcall(host.get, "a")', [true, '<a>']],
    ['inside nested pcalls', 'return pcall(pcall, pcall, host.get, "a")', [true, true, true, '<a>']],
    ['inside xpcall', 'return xpcall(function() return host.get("a") end, print)', [true, '<a>']],
    ['then an error in pcall', 'return pcall(function() host.get("a") error("x", 0) end)', [false, 'x']],
    ['after a caught error', 'pcall(error, 1) return host.get("a")', ['<a>']],
    [
      'in an iterator',
      'local s = "" for v in function(_, v) if not v then return host.get("a") end end do s = s .. v end return s',
      ['<a>'],
    ],
    ['in a for loop', 'local s = "" for i = 1, 3 do s = s .. host.get(i) end return s', ['<1><2><3>']],
    [
      'as metamethod __index',
      'local t = setmetatable({}, {__index = function(_, k) return host.get(k) end}) return t.x',
      ['<x>'],
    ],
    [
      'as the __index itself',
      'local t = setmetatable({}, {__index = function(_, k) return (host.get(k)) end}) return t.x .. t.y',
      ['<x><y>'],
    ],
    [
      'in __newindex',
      'local r local t = setmetatable({}, {__newindex = function(_, k, v) r = host.get(k .. v) end}) t.x = "y" return r',
      ['<xy>'],
    ],
    [
      'in __add',
      'local t = setmetatable({}, {__add = function(_, n) return host.get(n) end}) return t + 1',
      ['<1>'],
    ],
    [
      'in __concat',
      'local t = setmetatable({}, {__concat = function(_, n) return host.get(n) end}) return t .. "x"',
      ['<x>'],
    ],
    [
      'in __eq',
      'local m = {__eq = function() return host.get("a") == "<a>" end} return setmetatable({}, m) == setmetatable({}, m)',
      [true],
    ],
    [
      'in __lt',
      'local m = {__lt = function() return host.get("a") == "<a>" end} return setmetatable({}, m) < setmetatable({}, m)',
      [true],
    ],
    [
      'in __le',
      'local m = {__le = function() return host.get("a") == "<a>" end} return setmetatable({}, m) <= setmetatable({}, m)',
      [true],
    ],
    [
      'in __len',
      'local t = setmetatable({}, {__len = function() return host.get("a") end}) return #t',
      ['<a>'],
    ],
    [
      'in __call',
      'local t = setmetatable({}, {__call = function(_, k) return host.get(k) end}) return t("k")',
      ['<k>'],
    ],
    ['in wrap', 'return coroutine.wrap(function(k) return host.get(k) end)("a")', ['<a>']],
    [
      'in resume',
      'return coroutine.resume(coroutine.create(function(k) return host.get(k) end), "a")',
      [true, '<a>'],
    ],
    ['directly as a coroutine', 'return coroutine.wrap(host.get)("a")', ['<a>']],
    [
      'deep in coroutines',
      'local w = coroutine.wrap return w(function() return w(function() return pcall(w(function() return host.get("a") end)) end)() end)()',
      [true, '<a>'],
    ],
  ])('works %s', async (_, body, expected) => {
    expect(await run(body)).toEqual(expected);
  });

  it('works in a module that is being required', async () => {
    const options = { globals: { host: stores[when] }, files: { 'm.lua': 'return {v = host.get("m")}' } };
    expect(await runHandler('return require("m").v, require("m").v', options)).toEqual(['<m>', '<m>']);
  });

  it('keeps the yields of the script apart from the waits', async () => {
    const body = `
      local co = coroutine.wrap(function(a)
        for i = 1, 3 do a = coroutine.yield(host.get(a) .. host.get(i)) end
        return "end"
      end)
      return co("a"), co("b"), co("c"), co("d")`;
    expect(await run(body)).toEqual(['<a><1>', '<b><2>', '<c><3>', 'end']);
  });

  it('raises its error at the line of the script, through coroutines and pcall', async () => {
    const globals = { host: fails[when] };
    expect(await runHandler('return pcall(function()\n return (host.get("a")) end)', { globals })).toEqual([
      false,
      'script.lua:2: no store',
    ]);
    expect(
      await runHandler('return coroutine.resume(coroutine.create(function() host.get() end))', { globals }),
    ).toEqual([false, 'script.lua:1: no store']);
    const { details } = await scriptErrorOf(runHandler('\n\nhost.get("a")', { globals }));
    expect(details.message).toBe('script.lua:3: no store');
  });
});

describe('where a coroutine cannot be suspended', () => {
  const globals = { host: stores['after a wait'] };

  it.each([
    ['a comparator', 'table.sort({3, 2, 1}, function(a, b) host.get("a") return a < b end)'],
    ['a gsub callback', '("abc"):gsub("b", function() return host.get("a") end)'],
    ['__tostring', 'tostring(setmetatable({}, {__tostring = function() return host.get("a") end}))'],
    [
      'a coroutine inside a comparator',
      'table.sort({3, 2, 1}, function(a, b) coroutine.wrap(host.get)("a") return a < b end)',
    ],
  ])('a wait is an error that can be caught: %s', async (_, code) => {
    const [ok, message] = await runHandler(`return pcall(function() ${code} end)`, { globals });
    expect(ok).toBe(false);
    expect(message).toMatch(/host:get cannot wait here/);
  });

  it('a later wait in the same handler works again', async () => {
    const body = `pcall(function() table.sort({2, 1}, function() coroutine.wrap(host.get)("a") end) end)
      return host.get("b"), coroutine.wrap(function() return host.get("c") end)()`;
    expect(await runHandler(body, { globals })).toEqual(['<b>', '<c>']);
  });
});

describe('a coroutine', () => {
  it('that waits for the host cannot be woken by another handler', async () => {
    let answer = (_: string): void => undefined;
    const globals = { host: { wait: () => new Promise<string>((resolve) => (answer = resolve)) } };
    const script = await startScript(
      `local shared
       test.on("first", function() shared = coroutine.create(function() return host.wait() end) return coroutine.resume(shared) end)
       test.on("second", function() return coroutine.resume(shared, "forged") end)`,
      { globals },
    );
    const first = script.call('first');
    expect(await script.call('second')).toEqual([false, 'cannot resume a coroutine that waits for the host']);
    answer('real');
    expect(await first).toEqual([true, 'real']);
    script.close();
  });

  it.each([
    [
      'yield outside a coroutine',
      'return pcall(coroutine.yield, 1)',
      [false, 'attempt to yield from outside a coroutine'],
    ],
    ['isyieldable', 'return coroutine.isyieldable(), coroutine.wrap(coroutine.isyieldable)()', [false, true]],
    [
      'running',
      'return select(2, coroutine.running()), coroutine.wrap(function() return select(2, coroutine.running()) end)()',
      [true, false],
    ],
    [
      'status',
      'local co = coroutine.create(function() end) local a = coroutine.status(co) coroutine.resume(co) return a, coroutine.status(co)',
      ['suspended', 'dead'],
    ],
    [
      'resuming the dead',
      'local co = coroutine.create(function() end) coroutine.resume(co) return coroutine.resume(co)',
      [false, 'cannot resume dead coroutine'],
    ],
    [
      'resuming oneself',
      'return coroutine.resume(coroutine.running())',
      [false, 'cannot resume non-suspended coroutine'],
    ],
  ])('behaves as in Lua: %s', async (_, body, expected) => {
    expect(await runHandler(body)).toEqual(expected);
  });
});
