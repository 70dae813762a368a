/**
 * The only importer of fengari. It loads the engine, refuses an unrepaired copy, and gives the rest of this folder the part
 * of it that we use, typed. What the repairs are and why: `patches/fengari+0.1.5.patch`.
 */
import { createRequire } from 'node:module';
import type {
  Bytes,
  Constants,
  Internals,
  LauxApi,
  LuaApi,
  LuaCFunction,
  State,
  Table,
  TValue,
} from './fengari-types.js';
import { requireRepaired } from './self-test.js';

const require = createRequire(import.meta.url);
const fengari = require('fengari') as {
  lua: LuaApi;
  lauxlib: LauxApi;
  lualib: Record<string, LuaCFunction>;
};
const { constant_types } = require('fengari/src/defs.js') as { constant_types: Constants };
const objects = require('fengari/src/lobject.js') as {
  TValue: Internals['TValue'];
  Udata: new (L: State, size: number) => object;
};
const strings = require('fengari/src/lstring.js') as { TString: Internals['TString'] };
const tables = require('fengari/src/ltable.js') as {
  luaH_new: Internals['newTable'];
  luaH_setfrom: Internals['set'];
  invalidateTMcache: (table: Table) => void;
  luaH_setint: Internals['setAt'];
  luaH_get: Internals['get'];
};
const states = require('fengari/src/lstate.js') as { luaE_charge: Internals['charge'] };

export const lua = fengari.lua;
export const lauxlib = fengari.lauxlib;
export const lualib = fengari.lualib;
/** Variants of values as the engine tells them apart. */
export const TYPE = constant_types;

/** Values and tables made without the detour over the stack. */
export const internals: Internals = {
  TValue: objects.TValue,
  TString: strings.TString,
  newTable: tables.luaH_new,
  newUserdata: (L, metatable) => Object.assign(new objects.Udata(L, 0), { metatable }),
  set: (L, table, key, value) => {
    tables.luaH_setfrom(L, table, key, value);
    tables.invalidateTMcache(table);
  },
  setAt: tables.luaH_setint,
  get: tables.luaH_get,
  charge: states.luaE_charge,
};

const encoder = new TextEncoder();

/** The bytes of a JavaScript text. Lone surrogates become U+FFFD; `values.ts` refuses them before. */
export function bytes(text: string): Bytes {
  return encoder.encode(text);
}

/** A text for people: bytes that are no UTF-8 are shown as U+FFFD. */
export function text(of: Bytes): string {
  return Buffer.from(of.buffer, of.byteOffset, of.byteLength).toString('utf8');
}

/** Pushes a value that was made without the stack; takes a slot, like every push. */
export function pushValue(L: State, { type, value }: TValue): void {
  lua.lua_pushnil(L);
  const slot: { type: number; value: unknown } = L.stack[L.top - 1]!;
  slot.type = type;
  slot.value = value;
}

requireRepaired({ lua, lauxlib, lualib, bytes, text });
