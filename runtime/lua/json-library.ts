/** The global `json`: encode, decode, object, and the value null. Functions may be called with `.` or `:`. */
import { JsonError, parseJsonExact } from '../../common/json.js';
import { ConversionError, KIND } from './conversion.js';
import { bytes, internals, lauxlib, lua, pushValue, TYPE, text } from './engine.js';
import { raise } from './errors.js';
import type { LuaCFunction, State, Table, TValue } from './fengari-types.js';
import type { ValuesIn } from './values-in.js';
import type { ValuesOut } from './values-out.js';

export function jsonFunctions(
  self: Table,
  valuesIn: ValuesIn,
  valuesOut: ValuesOut,
): Record<string, LuaCFunction> {
  /** the stack index of the first argument after `json` itself, if it was called with `:` */
  const first = (L: State): number => (L.stack[L.ci.funcOff + 1]?.value === self ? 2 : 1);

  return {
    encode: (L) => {
      const encoded = encode(L, valuesOut, argument(L, first(L)));
      if (encoded.length > L.l_G.stringmax) L.l_G.toolong(L, encoded.length);
      pushValue(L, valuesIn.convert(encoded));
      return 1;
    },
    decode: (L) => {
      const source = lauxlib.luaL_checkstring(L, first(L));
      internals.charge(L, source.length >> 2); // parsing the densest text takes a little longer than so many instructions
      pushValue(L, decode(L, valuesIn, text(source)));
      return 1;
    },
    object: (L) => {
      const index = first(L);
      if (lua.lua_isnoneornil(L, index)) {
        const empty = internals.newTable(L);
        empty.kind = KIND.object;
        pushValue(L, new internals.TValue(TYPE.LUA_TTABLE, empty));
        return 1;
      }
      lauxlib.luaL_checktype(L, index, lua.LUA_TTABLE);
      (argument(L, index).value as Table).kind = KIND.object;
      lua.lua_pushvalue(L, index);
      return 1;
    },
  };
}

/** What `json.null` looks like to a script: `tostring` and error messages call it null. */
export function nullMetatable(L: State): Table {
  const metatable = internals.newTable(L);
  const field = (name: string, value: TValue): void => internals.set(L, metatable, string(L, name), value);
  field('__name', string(L, 'null'));
  field('__metatable', new internals.TValue(TYPE.LUA_TBOOLEAN, false));
  const name: LuaCFunction = (S) => {
    lua.lua_pushstring(S, bytes('null'));
    return 1;
  };
  field('__tostring', new internals.TValue(TYPE.LUA_TLCF, name));
  return metatable;
}

function string(L: State, content: string): TValue {
  return new internals.TValue(TYPE.LUA_TLNGSTR, new internals.TString(L, bytes(content)));
}

function argument(L: State, index: number): TValue {
  lauxlib.luaL_checkany(L, index);
  return L.stack[L.ci.funcOff + index]!;
}

function encode(L: State, valuesOut: ValuesOut, value: TValue): string {
  try {
    return JSON.stringify(valuesOut.json(value) ?? null);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return raise(L, `json.encode: ${error.message}`, 'conversion');
  }
}

function decode(L: State, valuesIn: ValuesIn, source: string): TValue {
  try {
    return valuesIn.convert(parseJsonExact(source));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return raise(L, `json.decode: ${error.message}`);
  }
}
