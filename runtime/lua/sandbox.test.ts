import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runHandler, scriptErrorOf, startScript } from './testing/script.js';

describe('the environment of a script', () => {
  it('has these globals and no others', async () => {
    const body =
      'local t = {} for name in pairs(_G) do t[#t + 1] = name end table.sort(t) return table.concat(t, " ")';
    expect(await runHandler(body, { globals: { bus: {} } })).toEqual([
      '_G _VERSION assert bus collectgarbage coroutine debug dofile error getmetatable io ipairs json load loadfile math ' +
        'next os package pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table test ' +
        'tonumber tostring type utf8 xpcall',
    ]);
  });

  it.each([
    ['io.open("/etc/passwd")', 'io.open is not available in services; write lines with log:info'],
    ['io.write("x")', 'io.write is not available'],
    ['io.x = 1', 'io.x is not available'],
    ['os.execute("true")', 'os.execute is not available'],
    ['os.exit(3)', 'os.exit is not available'],
    ['os.getenv("HOME")', 'os.getenv is not available'],
    ['os.remove("x")', 'os.remove is not available'],
    ['debug.getregistry()', 'debug.getregistry is not available'],
    ['debug.sethook()', 'debug.sethook is not available'],
    ['package.loadlib("x", "*")', 'package.loadlib is not available'],
    ['package.path = "x"', 'package.path is not available'],
    ['dofile("x.lua")', 'dofile is not available in services; require("lib.name") loads lib/name.lua'],
    ['loadfile("x.lua")', 'loadfile is not available'],
    ['collectgarbage("count")', 'collectgarbage is not available'],
    ['string.dump(print)', 'string.dump is not available'],
    ['string.pack("i4", 1)', 'string.pack is not available'],
  ])('explains what is missing: %s', async (code, message) => {
    const { details } = await scriptErrorOf(runHandler(`\n${code}`));
    expect(details.message).toContain(`script.lua:2: ${message}`);
  });

  it.each([
    ['of strings', 'return getmetatable("")', [false]],
    ['of json.null', 'return getmetatable(json.null)', [false]],
    ['of io', 'return getmetatable(io)', [false]],
  ])('hides the metatable %s', async (_, body, expected) => {
    expect(await runHandler(body)).toEqual(expected);
  });

  it('never loads compiled code', async () => {
    expect(await runHandler('return load("\\27Lua")')).toEqual([
      undefined,
      expect.stringMatching(/attempt to load a binary chunk/),
    ]);
    expect(await runHandler('return pcall(require, "m")', { files: { 'm.lua': '\x1bLua' } })).toEqual([
      false,
      expect.stringMatching(/attempt to load a binary chunk/),
    ]);
  });
});

describe('globals', () => {
  it('may be set, and libraries extended, while the script starts', async () => {
    const script = await startScript(`
      function helper() return ("x"):twice() end
      function string.twice(s) return s .. s end
      test.on("f", function() return helper() end)`);
    expect(await script.call('f')).toEqual(['xx']);
    script.close();
  });

  it.each([
    ['count = 1', "global 'count' cannot be set by a handler"],
    ['print = nil', "global 'print' cannot be set by a handler"],
    ['_G.x = 1', "global 'x' cannot be set by a handler"],
    ['rawset(_G, "x", 1)', "global 'x' cannot be set by a handler"],
    ['_ENV.x = 1', "global 'x' cannot be set by a handler"],
    ['load("x = 1")()', "global 'x' cannot be set by a handler"],
    ['table.insert(_G, 1)', "global '1' cannot be set by a handler"],
    ['setmetatable(_G, {})', 'the metatable of the globals cannot be changed'],
    ['string.upper = nil', 'string.upper cannot be changed by a handler'],
    ['rawset(math, "pi", 3)', 'math.pi cannot be changed by a handler'],
    ['test.on = nil', 'test.on cannot be changed by a handler'],
    ['json.x = 1', 'json.x cannot be changed by a handler'],
    ['setmetatable(os, {})', 'os cannot be changed by a handler'],
  ])('are frozen afterwards: %s', async (code, message) => {
    const { details } = await scriptErrorOf(runHandler(`\n${code}`));
    expect(details.message).toContain(message);
    expect(details.message).toMatch(/^script\.lua:2: |^\[string "x = 1"\]:1: /);
  });

  it('are frozen for coroutines and later handlers too, and stay as they were', async () => {
    const body = 'return (pcall(coroutine.wrap(function() x = 1 end))), x, type(print)';
    expect(await runHandler(body)).toEqual([false, undefined, 'function']);
  });

  it('may be replaced as a whole inside a function', async () => {
    expect(await runHandler('local _ENV = {} x = 5 return x')).toEqual([5]);
  });
});

describe('require', () => {
  it('loads each file below the script once, whatever it returns', async () => {
    const files = {
      'lib/money.lua': 'return {loaded = (...), next = require("lib.deep.more")}',
      'lib/deep/more.lua': 'counter = (counter or 0) + 1 return counter',
      'nothing.lua': '',
    };
    const script = await startScript(
      'local a, b, c = require("lib.money"), require("lib.money"), require("nothing") test.on("f", function() return a == b, a.loaded, a.next, c, require("lib.money") == a end)',
      { files },
    );
    expect(await script.call('f')).toEqual([true, 'lib.money', 1, true, true]);
    script.close();
  });

  it('accepts a byte order mark and a first line for the shell, and counts lines right', async () => {
    const files = { 'm.lua': '\ufeff#!/usr/bin/lua\nerror("here")' };
    expect(await runHandler('return pcall(require, "m")', { files })).toEqual([false, 'm.lua:2: here']);
  });

  it.each([
    ['../secret', 'is no name of a module'],
    ['/etc/passwd', 'is no name of a module'],
    ['lib..x', 'is no name of a module'],
    ['a\\0b', 'is no name of a module'],
    ['missing.module', "module 'missing.module' not found: there is no missing/module.lua beside the script"],
    ['loop', "module 'loop' requires itself"],
    ['folder', "module 'folder' cannot be read"],
    ['broken', "broken.lua:1: unexpected symbol near '='"],
  ])('refuses %s', async (name, message) => {
    const files = {
      'loop.lua': 'return require("loop2")',
      'loop2.lua': 'return require("loop")',
      'folder.lua/x': '',
      'broken.lua': 'x = = 1',
    };
    const [ok, error] = await runHandler(`return pcall(require, "${name}")`, { files });
    expect(ok).toBe(false);
    expect(error).toContain(message);
  });

  it('can be tried again after a failure', async () => {
    const body = 'local a, b = pcall(require, "m"), select(2, pcall(require, "m")) return a, b';
    expect(await runHandler(body, { files: { 'm.lua': 'error("no", 0)' } })).toEqual([false, 'no']);
  });

  it('does not follow a link out of the folder', async () => {
    const outside = join(tmpdir(), `outside-${process.pid}.lua`);
    writeFileSync(outside, 'return "escaped"');
    const script = await startScript('test.on("f", function() return pcall(require, "link") end)', {
      files: { 'x/y.lua': '' },
    });
    symlinkSync(outside, join(dirname(script.file), 'link.lua'));
    expect(await script.call('f')).toEqual([false, expect.stringContaining("module 'link' is outside")]);
    script.close();
    rmSync(outside);
  });
});

describe('load', () => {
  it.each([
    ['a text', 'return load("return 1 + ...")(2)', [3]],
    ['pieces', 'local p = {"return ", "7"} return load(function() return table.remove(p, 1) end)()', [7]],
    ['an environment', 'return load("return x", "n", "t", {x = 5})()', [5]],
    ['a name', 'return select(2, load("= 1", "=name"))', ["name:1: unexpected symbol near '='"]],
    ['an error', 'return load("x x")', [undefined, expect.stringMatching(/syntax error/)]],
    [
      'pieces that are no texts',
      'return pcall(load, function() return {} end)',
      [false, expect.stringMatching(/must give texts/)],
    ],
    [
      'an endless source',
      'return pcall(load, function() return ("x"):rep(100000) end)',
      [false, expect.stringMatching(/at most 1048576/)],
    ],
  ])('takes %s', async (_, body, expected) => {
    expect(await runHandler(body)).toEqual(expected);
  });
});
