/**
 * `tonumber`: the engine's own reads a text at the price of one call however long it is, and with a base it looks for leading
 * zeros in a way that takes four times as long for twice the text. A text costs fuel here, and is read once.
 */
import { bytes, internals, lauxlib, lua, text } from './engine.js';
import type { LuaCFunction, State } from './fengari-types.js';
import type { Sandbox } from './sandbox.js';

const BASE_MIN = 2;
const BASE_MAX = 36;

/** @param sandbox with the engine's own `tonumber`, which reads what comes without a base */
export function numberFunctions(sandbox: Sandbox): Record<string, LuaCFunction> {
  const withoutBase = sandbox.get(sandbox.globals, 'tonumber').value as LuaCFunction;
  return {
    tonumber: (L) => {
      if (lua.lua_type(L, 1) === lua.LUA_TSTRING)
        internals.charge(L, lauxlib.luaL_checkstring(L, 1).length >> 2);
      return lua.lua_isnoneornil(L, 2) ? withoutBase(L) : withBase(L);
    },
  };
}

function withBase(L: State): number {
  const base = lauxlib.luaL_checkinteger(L, 2);
  lauxlib.luaL_checktype(L, 1, lua.LUA_TSTRING); // no numbers as texts
  lauxlib.luaL_argcheck(L, BASE_MIN <= base && base <= BASE_MAX, 2, bytes('base out of range'));
  const number = numberIn(text(lauxlib.luaL_checkstring(L, 1)), base);
  if (number === undefined) lua.lua_pushnil(L);
  else if (Number.isSafeInteger(number)) lua.lua_pushinteger(L, number);
  else lua.lua_pushnumber(L, number);
  return 1;
}

/** No two neighbours in it can match the same character, so that no text is read twice. */
const NUMERAL = /^[\t\v\f \n\r]*([+-]?)([0-9A-Za-z]+)[\t\v\f \n\r]*$/;

/** The integer that a text is in this base, as a float where it is large; undefined: it is none. */
function numberIn(numeral: string, base: number): number | undefined {
  const [, sign, digits] = NUMERAL.exec(numeral) ?? [];
  if (digits === undefined) return undefined;
  let number = 0;
  for (const letter of digits) {
    const digit = Number.parseInt(letter, BASE_MAX); // of the whole text, it would accept digits that the base does not have
    if (digit >= base) return undefined;
    number = number * base + digit;
  }
  return sign === '-' ? 0 - number : number;
}
