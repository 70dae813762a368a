/** Scripts that would hold up or exhaust the process. Each must end quickly, whatever it catches. */
import { describe, expect, it, vi } from 'vitest';
import { runHandler, scriptErrorOf, startScript } from './testing/script.js';

const ENDLESS = /script\.lua:\d+: more than 1000000 instructions/;

/** Processor time of this process, ms. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.floor((user + system) / 1000);
}

describe('the budget of instructions', () => {
  it.each([
    ['a loop', 'while true do end'],
    ['goto', '::a:: goto a'],
    ['a loop in pcall', 'while true do pcall(function() while true do end end) end'],
    ['a loop after a caught error', 'pcall(error, 1) while true do end'],
    ['recursion in pcall', 'local function f() while true do pcall(f) end end f()'],
    ['a loop in wrap', 'coroutine.wrap(function() while true do end end)()'],
    [
      'a loop after a resumed loop',
      'coroutine.resume(coroutine.create(function() while true do end end)) while true do end',
    ],
    ['wrap in pcall in a loop', 'while true do pcall(coroutine.wrap(function() while true do end end)) end'],
    [
      'xpcall whose handler loops',
      'xpcall(function() while true do end end, function() while true do end end)',
    ],
    ['an error whose handler loops', 'xpcall(error, function() while true do end end)'],
    ['a gsub callback', '("a"):rep(1000):gsub("a", function() while true do end end)'],
    ['a comparator', 'table.sort({3, 2, 1}, function() while true do end end)'],
    [
      '__index for ever',
      'local t = setmetatable({}, {__index = function() while true do end end}) local x = t.x',
    ],
    ['errors without end', 'while true do pcall(error, {}) end'],
  ])('ends %s', async (_, body) => {
    const { details } = await scriptErrorOf(runHandler(`${body} return "survived"`));
    expect(details.kind).toBe('budget');
    expect(details.message).toMatch(ENDLESS);
    expect(details.traceback).toContain('script.lua:1');
  });

  it.each([
    ['a pattern with many optional items', '("a"):rep(28):find(("a?"):rep(28) .. ("a"):rep(28))'],
    ['a pattern with many lazy items', '("a"):rep(300):find((".-"):rep(5) .. "b")'],
    ['balanced brackets', 'local s = ("("):rep(100000) s:gsub("%b()", "")'],
    ['a plain search', '("a"):rep(4000000):find(("a"):rep(2000000) .. "b", 1, true)'],
    ['table.move', 'table.move({}, 1, 1e15, 2)'],
    ['table.insert', 'table.insert(setmetatable({}, {__len = function() return 1e15 end}), 1, "x")'],
    ['table.remove', 'table.remove(setmetatable({}, {__len = function() return 1e15 end}), 1)'],
    ['table.concat', 'table.concat(setmetatable({}, {__index = function() return "" end}), "", 1, 1e15)'],
    ['table.sort', 'local t = {} for i = 1, 90000 do t[i] = i * 7919 % 90001 end table.sort(t)'],
    ['joined strings', 'local s = ("x"):rep(4000000) while true do local t = s .. "y" end'],
  ])('ends what a library function does for long: %s', async (_, body) => {
    const { details } = await scriptErrorOf(runHandler(`${body} return "survived"`));
    expect(details.kind).toBe('budget');
    expect(details.message).toMatch(ENDLESS);
  });

  it('is for the whole call, over its waits', async () => {
    const globals = { host: { wait: async () => undefined } };
    const body = 'for i = 1, 100 do host.wait() for j = 1, 10000 do end end return "survived"';
    expect((await scriptErrorOf(runHandler(body, { globals }))).message).toMatch(ENDLESS);
    expect(await runHandler(body, { globals, budgets: { instructionsMax: 10_000_000 } })).toEqual([
      'survived',
    ]);
  });

  it('is new for every call', async () => {
    const script = await startScript('test.on("f", function() for i = 1, 600000 do end return "done" end)');
    for (let call = 0; call < 3; call++) expect(await script.call('f')).toEqual(['done']);
    script.close();
  });

  it('holds for the top level', async () => {
    expect((await scriptErrorOf(startScript('while true do end'))).details.kind).toBe('budget');
  });
});

describe('the other budgets', () => {
  it('time: end a slice that takes too long, but not a long wait', async () => {
    const budgets = { sliceMs: 30, instructionsMax: 1e12 };
    const { details } = await scriptErrorOf(runHandler('while true do end', { budgets }));
    expect(details).toMatchObject({
      kind: 'budget',
      message: expect.stringMatching(/script\.lua:1: ran longer than 30 ms/),
    });
    const wait = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), 60));
    expect(await runHandler('return host.wait()', { budgets, globals: { host: { wait } } })).toEqual([
      'done',
    ]);
  });

  it('time: end nobody because the machine is busy with others', async () => {
    const spent = vi.spyOn(process, 'cpuUsage').mockReturnValue({ user: 0, system: 0 });
    const count = 'local n = 0 for i = 1, 1e6 do n = n + 1 end return n';
    const budgets = { sliceMs: 1, instructionsMax: 1e12 };
    expect(await runHandler(count, { budgets })).toEqual([1e6]);
    spent.mockRestore();
  });

  it.each([
    ['rep', 'string.rep("x", 1e9)'],
    ['rep as a method', '("x"):rep(1e9)'],
    ['concatenation', 'local s = "x" while true do s = s .. s end'],
    ['concatenation in pcall', 'local s = "x" while true do pcall(function() s = s .. s end) end'],
    ['gsub', '("x"):rep(1000):gsub("x", ("y"):rep(100000))'],
    ['format', 'local s = ("x"):rep(800000) string.format("%s%s", s, s)'],
    ['table.concat', 'local s = ("x"):rep(800000) table.concat({s, s})'],
    ['json.encode', 'local s = ("x"):rep(800000) json.encode({s, s})'],
  ])('bytes of one string: end %s', async (_, body) => {
    const { details } = await scriptErrorOf(
      runHandler(`${body} return "survived"`, { budgets: { stringBytesMax: 1_000_000 } }),
    );
    expect(details.kind).toBe('budget');
    expect(details.message).toMatch(
      /script\.lua:1: a string of \d+ bytes is longer than the limit of 1000000 bytes/,
    );
  });

  it('memory: end a handler that keeps too much, but not one that only makes garbage', async () => {
    const budgets = { heapBytesMax: 50_000_000, instructionsMax: 1e9, sliceMs: 60_000 };
    const kept = 'local t = {} for i = 1, 300 do t[i] = ("x"):rep(1000000) .. i end return "survived"';
    const { details } = await scriptErrorOf(runHandler(kept, { budgets }));
    expect(details).toMatchObject({
      kind: 'budget',
      message: expect.stringMatching(/script\.lua:1: uses more than 50000000 bytes/),
    });
    const garbage = 'for i = 1, 300 do local s = ("x"):rep(1000000) .. i end return "survived"';
    expect(await runHandler(garbage, { budgets })).toEqual(['survived']);
    const globals = { host: { big: async () => ['x'.repeat(1_000_000)] } };
    const waits = 'local t = {} for i = 1, 300 do local s = host.big()[1] t[KEEP] = s end return "survived"';
    const { message } = await scriptErrorOf(runHandler(waits.replace('KEEP', 'i'), { budgets, globals }));
    expect(message).toMatch(/uses more than 50000000 bytes/);
    expect(await runHandler(waits.replace('KEEP', '1'), { budgets, globals })).toEqual(['survived']);
  });
});

describe('recursion without end', () => {
  it.each([
    ['of functions', 'local function f() return 1 + f() end return f()'],
    [
      'through __index',
      'local t t = setmetatable({}, {__index = function(_, k) return t[k + 1] end}) return t[1]',
    ],
    [
      'through __tostring',
      'local t t = setmetatable({}, {__tostring = function() return tostring(t) end}) return tostring(t)',
    ],
    ['through gsub', 'local function f() return (("x"):gsub("x", f)) end return f()'],
    ['through sort', 'local function f() table.sort({2, 1}, f) end f()'],
    ['through load', 'local function f() return load("return ...")(f()) end f()'],
    ['through require', 'return require("m")'],
  ])('ends soon with a clear message: %s', async (_, body) => {
    const files = { 'm.lua': 'local function f() return 1 + f() end return f()' };
    const { details } = await scriptErrorOf(runHandler(body, { files }));
    expect(details.message).toMatch(/^(script|m)\.lua:1: stack overflow/);
    expect(details.traceback.length).toBeLessThan(10_000);
  });

  it('ends soon through coroutines, and where pcall catches it', async () => {
    const chain = 'local function f() return coroutine.wrap(f)() end return f()';
    expect((await scriptErrorOf(runHandler(chain))).message).toMatch(/stack overflow/);
    expect(await runHandler('local function f() return 1 + f() end return pcall(f)')).toEqual([
      false,
      expect.stringMatching(/stack overflow/),
    ]);
  });
});

describe('the budget of instructions, for what is read and what crosses the border', () => {
  /** 2^20 values once every table is written as often as it is met. */
  const SHARED = 'local t = {1} for i = 1, 20 do t = {t, t} end';
  const ITEMS = Array.from({ length: 100_000 }, () => 1);
  const LONG = 'x'.repeat(1_000_000);
  const globals = {
    host: {
      take: () => undefined,
      items: () => ITEMS,
      long: () => [LONG],
      named: () => ({ [LONG]: 1 }),
    },
  };

  it.each([
    ['to JSON', `${SHARED} json.encode(t)`],
    ['to JSON, caught', `${SHARED} pcall(json.encode, t)`],
    ['as an argument', `${SHARED} host.take(t)`],
    ['as a result', `${SHARED} do return t end`],
    ['as an error', `${SHARED} error(t)`],
    ['as fields', 'local t = {x = 1} for i = 1, 20 do t = {x = t, y = t} end host.take(t)'],
    ['as it came in', 'local d, t = host.items(), {} for i = 1, 20 do t[i] = d end host.take(t)'],
    ['as a long text', 'local s = ("x"):rep(8e6) for i = 1, 40 do host.take(s) end'],
    [
      'again and again, in vain: keys of two kinds',
      'local t = {1, x = 2} for i = 2, 20000 do t[i] = i end for i = 1, 60 do pcall(host.take, t) end',
    ],
    [
      'again and again, in vain: a hole',
      'local t = {[30001] = 1} for i = 1, 30000 do t[i + 2] = i end for i = 1, 40 do pcall(host.take, t) end',
    ],
  ])('ends tables that stand for too many values on their way out: %s', async (_, body) => {
    const { details } = await scriptErrorOf(runHandler(`${body} return "survived"`, { globals }));
    expect(details.kind).toBe('budget');
    expect(details.message).toMatch(ENDLESS);
  });

  it.each([
    ['as an argument', 'for i = 1, 9 do t[i] = s end host.take(t)'],
    ['as a result', 'for i = 1, 9 do t[i] = s end do return t end'],
    ['as names', 'for i = 1, 9 do t[i] = {[s] = 1} end host.take(t)'],
    ['as it came in', 'for i = 1, 9 do t[i] = host.long() end host.take(t)'],
    ['as names that came in', 'for i = 1, 9 do t[i] = host.named() end host.take(t)'],
  ])('ends a value that leaves with more text in all than a string may have: %s', async (_, body) => {
    const start = 'local s, t = ("x"):rep(1e6), {}';
    const { details } = await scriptErrorOf(runHandler(`${start} ${body} return "survived"`, { globals }));
    expect(details.kind).toBe('budget');
    expect(details.message).toMatch(/script\.lua:1: a string of 9\d+ bytes is longer than the limit/);
    const fewer = `${start} ${body.replace('9', '8')} return "survived"`;
    await expect(runHandler(fewer, { globals })).resolves.toHaveLength(1);
  });

  it.each([
    ['json.decode', 'local s = "[" .. ("1,"):rep(100000) .. "1]" for i = 1, 30 do json.decode(s) end'],
    ['tonumber', 'local s = ("0"):rep(1000000) for i = 1, 10 do tonumber(s) end'],
    ['tonumber with a base', 'local s = ("0"):rep(1000000) for i = 1, 10 do tonumber(s, 10) end'],
    ['load', 'local s = ("x=1 "):rep(30000) for i = 1, 10 do load(s) end'],
    ['os.date', 'local s = ("%c"):rep(100) for i = 1, 1000 do os.date(s) end'],
    ['looking into a document', 'for i = 1, 20 do local first = host.items()[1] end'],
  ])('counts what is read by the length of it: %s', async (_, body) => {
    const { details } = await scriptErrorOf(runHandler(`${body} return "survived"`, { globals }));
    expect(details.message).toMatch(ENDLESS);
  });

  it('lets documents of a usual size out and in many times', async () => {
    const body = `local document = {} for i = 1, 100 do document[i] = {id = i, note = "paid"} end
      for i = 1, 100 do local again = json.decode(json.encode(document)) host.take(again) end return "done"`;
    expect(await runHandler(body, { globals })).toEqual(['done']);
  });

  it('reads a long text with a base once', async () => {
    const globals = { host: { computed: () => computedMs() } };
    const body = `local s = ("0"):rep(64000) .. "!" local before = host.computed()
      return tonumber(s, 10), host.computed() - before`;
    const [number, ms] = await runHandler(body, { globals });
    expect(number).toBeUndefined();
    expect(ms).toBeLessThan(2000); // looking for the zeros again at every place takes 10 s
  });
});
