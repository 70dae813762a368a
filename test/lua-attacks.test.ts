/** Scripts that want to break out of the sandbox or to exhaust the process, each in a process of its own: it ends in time, with code and message. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Of processor time, from start to end: how long that takes depends on what else the machine does. */
const ENDS_SECONDS_MAX = 25;
/** Only a process that stands still without computing takes so long. */
const STANDS_STILL_MS = 600_000;
const HEAP_FLAG = '--max-old-space-size=512';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attacks-'));
  writeFileSync(
    join(folder, 'evil.js'),
    `require("fs").writeFileSync(${JSON.stringify(join(folder, 'pwned'))}, "x")`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `superclient --check` runs the top level of a script under the budgets of production. */
async function check(
  name: string,
  source: string,
): Promise<{ code: number | null; signal: string | null; said: string }> {
  const script = join(folder, `${name.replace(/\W+/g, '-')}.lua`);
  writeFileSync(script, `bus:register("attack")\n${source}\n`);
  const limited = `ulimit -t ${ENDS_SECONDS_MAX} && exec "$0" "$@"`;
  const superclient = [process.execPath, HEAP_FLAG, 'dist/runtime/cli.js', '--script', script, '--check'];
  const child = spawn('/bin/sh', ['-c', limited, ...superclient], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STANDS_STILL_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data));
  const [code, signal] = await once(child, 'close');
  return { code, signal, said };
}

const ENDLESS = /more than \d+ instructions|ran longer than \d+ ms/;
const TOO_LONG = /longer than the limit of \d+ bytes|resulting string too large|ran longer than \d+ ms/;
const TOO_DEEP = /stack overflow|ran longer than \d+ ms/;
const TOO_MUCH = /more than \d+ instructions|ran longer than \d+ ms|uses more than \d+ bytes/;

/** What ends the script, and what the author reads. */
const ENDED: Readonly<Record<string, [source: string, message: RegExp]>> = {
  'os.execute': ['os.execute("touch pwned")', /os\.execute is not available/],
  'os.exit': ['os.exit(3)', /os\.exit is not available/],
  'io.open': ['io.open("/etc/passwd")', /io\.open is not available/],
  dofile: ['dofile("/etc/hostname")', /dofile is not available/],
  'a JavaScript module': ['package.jspath = "./?.js" require("evil")', /package\.jspath is not available/],
  loadlib: ['package.loadlib("./evil.js", "*")', /package\.loadlib is not available/],
  'bytecode of its own': [
    'load(string.dump(function() return 42 end), "x", "b")()',
    /string\.dump is not available/,
  ],
  'crafted bytecode': ['assert(load("\\27Lua" .. ("\\255"):rep(100)))', /attempt to load a binary chunk/],
  'the registry': ['debug.getregistry()', /debug\.getregistry is not available/],
  'the hook': ['debug.sethook() while true do end', /debug\.sethook is not available/],
  'the metatable of strings': ['getmetatable("").__index = nil', /attempt to index a boolean value/],
  'a loop': ['while true do end', ENDLESS],
  'a loop behind a caught error': ['pcall(error, 1) while true do end', ENDLESS],
  'a loop in pcall in a loop': ['while true do pcall(function() while true do end end) end', ENDLESS],
  'a loop in coroutines': [
    'while true do pcall(coroutine.wrap(function() while true do end end)) end',
    ENDLESS,
  ],
  'rep of 2 GB': ['return #string.rep("x", 2000000000)', TOO_LONG],
  'rep of rep': ['return #(("x"):rep(1e5):rep(1e5))', TOO_LONG],
  doubling: ['local s = ("x"):rep(1024) for i = 1, 22 do s = s .. s end', TOO_LONG],
  'gsub that blows up': ['return #(("x"):rep(10000):gsub("x", ("y"):rep(100000)))', TOO_LONG],
  'a large table': ['local t = {} for i = 1, 5e7 do t[i] = {i} end', TOO_MUCH],
  'many coroutines': ['local t = {} for i = 1, 5e7 do t[i] = coroutine.create(function() end) end', TOO_MUCH],
  'tables that share tables': ['local t = {1} for i = 1, 60 do t = {t, t} end json.encode(t)', TOO_MUCH],
  'an error that shares tables': ['local t = {1} for i = 1, 60 do t = {t, t} end error(t)', TOO_MUCH],
  'a long text, many times': [
    'local s = ("x"):rep(16000000) local t = {} for i = 1, 60 do t[i] = s end json.encode(t)',
    TOO_LONG,
  ],
  'a long row of zeros': ['while true do tonumber(("0"):rep(1e6) .. "!", 10) end', TOO_MUCH],
  'a catastrophic pattern': ['return ("a"):rep(28):find(("a?"):rep(28) .. ("a"):rep(28))', ENDLESS],
  'lazy patterns': ['return ("a"):rep(2000):find((".-"):rep(5) .. "b")', ENDLESS],
  'recursion through __index': [
    'local t t = setmetatable({}, {__index = function(_, k) return t[k + 1] end}) return t[1]',
    TOO_DEEP,
  ],
  'recursion through tostring': [
    'local t t = setmetatable({}, {__tostring = function() return tostring(t) end}) return tostring(t)',
    TOO_DEEP,
  ],
  'recursion through gsub': ['local function f() return (("x"):gsub("x", f)) end f()', TOO_DEEP],
  'recursion through sort': ['local function f() table.sort({3, 2, 1}, f) end f()', TOO_DEEP],
  'recursion through load': ['local function f() return load("return ...")(f()) end f()', TOO_DEEP],
  'a chain of coroutines': ['local function f() return coroutine.wrap(f)() end f()', TOO_DEEP],
  'a format too wide': ['string.format("%999d", 1)', /invalid (format|conversion)/],
  'an error that is a table': ['error({code = 1})', /superclient: .*\w/],
  'an error that is nil': ['error(nil)', /superclient: .*\w/],
};

/** What a script may do: the process says what the script declares, and ends well. */
const ALLOWED: Readonly<Record<string, string>> = {
  'pcall within pcall': 'local function f(n) return pcall(f, n + 1) end f(1)',
  'a deep table': 'local t = {} for i = 1, 1e4 do t = {t} end',
  'a yield across sort': 'pcall(table.sort, {3, 2, 1}, function() coroutine.yield() end)',
  'a deep pattern': 'pcall(string.find, ("a"):rep(1000), ("(a)"):rep(20))',
  'a long key': 'local s = ("x"):rep(1e6) local t = {} t[s] = 1 assert(t[s] == 1)',
  'text that is not UTF-8': 'local s = "\\xff\\xfe" .. "x" assert(#s == 3)',
};

describe('an attack, in a process of its own', () => {
  it.concurrent.each(Object.entries(ENDED))(
    '%s: ends with exit code 1 and what is wrong',
    { timeout: STANDS_STILL_MS },
    async (name, [source, message]) => {
      const { code, signal, said } = await check(name, source);
      expect({ code, signal, said }).toEqual({ code: 1, signal: null, said: expect.stringMatching(message) });
      expect(said).toMatch(/^superclient: /);
      expect(existsSync(join(folder, 'pwned'))).toBe(false);
    },
  );

  it.concurrent.each(Object.entries(ALLOWED))(
    '%s: is no attack',
    { timeout: STANDS_STILL_MS },
    async (name, source) => {
      expect(await check(name, source)).toMatchObject({ code: 0, said: expect.stringContaining('attack') });
    },
  );
});
