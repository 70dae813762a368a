import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../../common/random.js';
import { createVm } from '../../../runtime/lua/create-vm.js';
import {
  type Budgets,
  type HostFunction,
  type LuaFunction,
  type LuaValue,
  ScriptError,
} from '../../../runtime/lua/vm.js';
import { mutateBytes, pick } from '../mutate.js';
import { notHanging, type Target } from '../target.js';
import { checkResident } from './bus-under-fire.js';

/** Small, so that many scripts are run in a short time. */
const BUDGETS: Budgets = {
  instructionsMax: 200_000,
  sliceMs: 1000,
  stringBytesMax: 1 << 20,
  heapBytesMax: 128 << 20,
};
/** What a script may take: loading and each of its handlers have a budget of their own. */
const SCRIPT_MS_MAX = 8000;
const HANDLERS_MAX = 12;

const SCRIPTS = ['scripts', 'scripts/lib'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.lua'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);
const PIECES = [
  'while true do end',
  'for i = 1, 1e9 do end',
  'local function f() return f() + 1 end f()',
  'pcall(error, {})',
  'error(nil)',
  'error(setmetatable({}, {__tostring = error}))',
  'local t = {} t[1] = t',
  'local t = setmetatable({}, {__index = function(t, k) return t[k .. k] end}) local x = t.a',
  '("x"):rep(1e9)',
  'string.format("%99.99f", 1/0)',
  'string.format("%s%d%q", nil, 1.5, "\\0")',
  '("a"):rep(30):find(("a?"):rep(30) .. ("a"):rep(30))',
  '("x"):gsub("%f[%w]()", "%1%0")',
  'table.concat({{}})',
  'table.unpack({}, 1, 1e8)',
  'select("#", table.unpack({}, 1, 200))',
  'coroutine.wrap(function() coroutine.yield(coroutine.running()) end)()',
  'coroutine.resume(coroutine.running())',
  'json.decode("[" .. ("["):rep(1000))',
  'json.encode({[1] = 1, [3] = 3})',
  'json.encode({a = 0/0})',
  'local x <const> = 5',
  'goto a ::a::',
  'return 1',
  'math.random(0)',
  'math.tointeger(2^53)',
  'string.char(256)',
  'utf8.char(-1)',
  'utf8.codepoint("\\xff", 1, -1)',
  'os.date("%Ex")',
  'os.time({year = 1e300})',
  'tostring(-0.0)',
  '1 // 0',
  '1 % 0',
  '1 << 100',
  '2^1024',
  'load("return " .. ("("):rep(300))',
  'require("lib.money")',
  'setmetatable(_G, {})',
  'bus:send{}',
  'bus:send("T", nil, nil, nil, function() end)',
  'redis:get({})',
  'redis:set("k", redis)',
  'log:info(log)',
  'next({}, "x")',
  'rawset(_ENV, 1, 2)',
  'string.rep("x", -1)',
  'table.sort({3, 2, 1}, function() return true end)',
  'xpcall(error, error)',
  'local a = {} for i = 1, 1e6 do a[i] = {} end',
  '("%"):gsub("%", "%")',
  '("x"):find("[")',
  '("x"):byte(1, 1e9)',
];

/** Lua texts, loaded and their handlers called: a script error or nothing, in time, and the host goes on. */
export const scripts: Target = {
  name: 'scripts',
  share: 45,
  input: scriptText,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-lua-'));
    const file = join(folder, 'script.lua');
    return {
      async try(source) {
        writeFileSync(file, source);
        const begun = performance.now();
        await notHanging('the script', run(file));
        const ms = performance.now() - begun;
        if (ms > SCRIPT_MS_MAX) throw new Error(`the script took ${Math.round(ms)} ms`);
      },
      check: async () => checkResident(process.pid),
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
};

function scriptText(random: Random): Buffer {
  const source = pick(random, SCRIPTS);
  if (random.int(4) === 0)
    return mutateBytes(random, Buffer.from(source), Buffer.from(pick(random, SCRIPTS)));
  // lines are left out, doubled, exchanged for others; tokens are exchanged for other tokens
  const lines = source.split('\n');
  for (let left = 1 + random.int(6); left > 0; left -= 1) {
    const at = random.int(lines.length);
    const other = pick(random, [pick(random, PIECES), pick(random, pick(random, SCRIPTS).split('\n'))]);
    lines.splice(at, random.int(2), ...pick(random, [[], [other], [lines[at] ?? '', other]]));
  }
  const tokens = lines.join('\n').split(/(\W)/);
  for (let left = random.int(5); left > 0; left -= 1)
    tokens[random.int(tokens.length)] = pick(random, [
      'nil',
      'true',
      '0',
      '-1',
      '1e308',
      '0x7fffffffffffffff',
      '""',
      '{}',
      'end',
      'function',
      '(',
      ')',
      '..',
      '#',
      pick(random, tokens),
    ]);
  return Buffer.from(tokens.join(''));
}

/** Loads the script, and calls what it gave to the host as the host would. @throws Error unless it ended as scripts end */
async function run(file: string): Promise<void> {
  const handlers: LuaFunction[] = [];
  const keep: HostFunction = (_context, ...args) => {
    for (const arg of args) if (isFunction(arg) && handlers.length < HANDLERS_MAX) handlers.push(arg);
    return undefined;
  };
  const answer: HostFunction = () => [1, { a: 'x' }];
  const later: HostFunction = async () => ({ balance: 5, list: [1, 2, 3] });
  const vm = createVm({
    file,
    globals: {
      bus: Object.fromEntries(
        [
          'register',
          'projection',
          'decision',
          'route',
          'add_event_listener',
          'add_rebuild_handler',
          'add_receipt_listener',
          'add_route',
          'send',
        ].map((name) => [name, keep]),
      ),
      redis: {
        get: later,
        set: answer,
        incr: answer,
        keys: answer,
        raise: answer,
        del: answer,
        push: answer,
        range: later,
        len: answer,
      },
      log: { info: answer, warn: answer, error: answer, debug: answer, trace: answer },
      auth: { hash_password: later, verify_password: later, issue: later },
      time: { now: () => 1_733_333_333, iso: () => '2024-12-04T17:28:53.000Z' },
      updates: { publish: answer },
      HTTP_OK: 200,
    },
    now: () => 1_733_333_333_333,
    random: () => 0.5,
    budgets: BUDGETS,
  });
  try {
    await asScriptsEnd(vm.start('start'));
    const event: LuaValue = {
      type: 'T',
      key: 'k',
      value: 3,
      data: { id: 1, amount: 5, username: 'ada' },
      args: { id: '1' },
      body: { amount: 5 },
      query: {},
      headers: {},
      method: 'GET',
      path: '/',
    };
    for (const handler of handlers)
      await asScriptsEnd(vm.call(handler, [event, 'k', 'c', { amount: 5 }, 5], 'call'));
    if (vm.running().length > 0) throw new Error('a handler is still running');
  } finally {
    vm.close();
  }
}

async function asScriptsEnd(running: Promise<unknown>): Promise<void> {
  try {
    await running;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    if (error.details.message === '') throw new Error('a script error without a message');
  }
}

function isFunction(value: LuaValue): value is LuaFunction {
  return typeof value === 'object' && value !== null && 'luaFunction' in value;
}
