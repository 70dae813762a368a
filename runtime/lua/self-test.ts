/**
 * Refuses to run on a fengari that is not the repaired one: there, money would wrap at 2^31 and an endless loop could not be
 * stopped. It tests behaviour, not a version, because the behaviour is what we depend on.
 */
import type { Bytes, LauxApi, LuaApi, LuaCFunction, State } from './fengari-types.js';

interface Engine {
  readonly lua: LuaApi;
  readonly lauxlib: LauxApi;
  readonly lualib: Readonly<Record<string, LuaCFunction>>;
  readonly bytes: (text: string) => Bytes;
  readonly text: (bytes: Bytes) => string;
}

/** Each returns true on a repaired engine. */
const CHECKS: Readonly<Record<string, string>> = {
  'integers of 53 bits':
    'return 2000000000 + 500000000 == 2500000000 and math.maxinteger == 9007199254740991',
  'overflow to a float': 'return math.type(math.maxinteger + 1) == "float"',
  'exact digits': 'return "" .. 1733333333333 == "1733333333333" and "" .. 10 / 2 == "5"',
  'distinct string keys': 'return ({["\\1\\17"] = 1})["\\17\\1"] == nil',
  'C number formats': 'return string.format("%.2f %x", 0.125, 2^40) == "0.12 10000000000"',
  'a short stack':
    'local n = 0 local function f() n = n + 1 return 1 + f() end return not pcall(f) and n < 15000',
};

/** Whether the engine has the joints by which the host stops a script. */
function countsWork(L: State): boolean {
  return L.l_G.fuel > 0 && typeof L.l_G.outoffuel === 'function' && L.l_G.stringmax > 0;
}

/** @throws Error that says what to do */
export function requireRepaired({ lua, lauxlib, lualib, bytes, text }: Engine): void {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs!(L);
  const broken = Object.keys(CHECKS).filter((name) => {
    const code = bytes(CHECKS[name]!);
    if (lauxlib.luaL_loadbufferx(L, code, code.length, bytes('=self-test'), bytes('t')) !== lua.LUA_OK)
      throw new Error(
        `the self-test of the Lua engine does not load: ${text(lauxlib.luaL_tolstring(L, -1))}`,
      );
    const co = lua.lua_newthread(L);
    lua.lua_insert(L, -2);
    lua.lua_xmove(L, co, 1);
    const passed = lua.lua_resume(co, null, 0) === lua.LUA_OK && lua.lua_toboolean(co, -1);
    lua.lua_settop(L, 0);
    return !passed;
  });
  if (!countsWork(L)) broken.push('counting of work');
  if (broken.length > 0)
    throw new Error(
      `fengari lacks the repairs that Autokrator depends on (${broken.join(', ')}). Run \`npm install\`: its last step applies runtime/lua/patches.`,
    );
}
