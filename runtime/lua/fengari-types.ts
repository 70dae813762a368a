/**
 * The part of fengari that this folder uses, as types: fengari has none of its own. Names of its functions and fields are
 * its own.
 */

/** Bytes of a Lua string; never changed after they were handed to the engine. */
export type Bytes = Uint8Array;

export interface TString {
  readonly realstring: Bytes;
  /** the same as a JavaScript string, once somebody has asked for it */
  text: string | null;
}

/** A Lua value. `type` is one of `TYPE`, `value` depends on it. */
export interface TValue {
  readonly type: number;
  readonly value: unknown;
}

export interface TableEntry {
  readonly key: TValue;
  readonly value: TValue;
  /** next in insertion order */
  readonly n: TableEntry | undefined;
}

export interface Table {
  readonly strong: ReadonlyMap<unknown, TableEntry>;
  /** first entry in insertion order */
  readonly f: TableEntry | undefined;
  /** fills the table when something looks into it for the first time; null = it is filled */
  source: TableSource | null;
  metatable: Table | null;
  /** text of the error that refuses a change of this key (null: of the metatable); null = writable */
  readonly: ((key: string | null) => string) | null;
  /** for `values.ts` */
  kind: number;
}

export interface TableSource {
  fill(table: Table): void;
}

export interface LuaClosure {
  readonly p: { readonly source: TString; readonly linedefined: number };
}

/** What all coroutines of one VM share. */
export interface GlobalState {
  /** the registry: main coroutine at 1, globals at 2 */
  readonly l_registry: { readonly value: Table };
  /** VM instructions that may run before `outoffuel` is asked */
  fuel: number;
  outoffuel: (L: State) => void;
  stringmax: number;
  toolong: (L: State, bytes: number) => void;
}

/** A Lua coroutine (or the main one). */
export interface State {
  readonly l_G: GlobalState;
  readonly stack: TValue[];
  readonly top: number;
  readonly ci: { readonly funcOff: number };
  /** number of JavaScript calls in between that cannot be suspended */
  readonly nny: number;
}

/** Returns the number of its results, which are on top of the stack. */
export type LuaCFunction = (L: State) => number;
export type Continuation = (L: State, status: number, context: unknown) => number;

export interface LuaApi {
  readonly LUA_OK: number;
  readonly LUA_YIELD: number;
  readonly LUA_MULTRET: number;
  readonly LUA_TNIL: number;
  readonly LUA_TTABLE: number;
  readonly LUA_TFUNCTION: number;
  readonly LUA_TSTRING: number;
  readonly LUA_TNUMBER: number;
  lua_atnativeerror(L: State, f: LuaCFunction): void;
  lua_call(L: State, nargs: number, nresults: number): void;
  lua_callk(L: State, nargs: number, nresults: number, context: unknown, k: Continuation): void;
  lua_checkstack(L: State, n: number): boolean;
  lua_concat(L: State, n: number): void;
  lua_createtable(L: State, arrayItems: number, fields: number): void;
  lua_error(L: State): number;
  lua_getfield(L: State, index: number, name: Bytes): number;
  lua_getmetatable(L: State, index: number): boolean;
  lua_gettop(L: State): number;
  lua_insert(L: State, index: number): void;
  lua_isinteger(L: State, index: number): boolean;
  lua_isnoneornil(L: State, index: number): boolean;
  lua_newthread(L: State): State;
  lua_pcallk(
    L: State,
    nargs: number,
    nresults: number,
    handler: number,
    context: unknown,
    k: Continuation,
  ): number;
  lua_pop(L: State, n: number): void;
  lua_pushboolean(L: State, b: boolean): void;
  lua_pushcclosure(L: State, f: LuaCFunction, n: number): void;
  lua_pushglobaltable(L: State): void;
  lua_pushinteger(L: State, n: number): void;
  lua_pushnil(L: State): void;
  lua_pushnumber(L: State, n: number): void;
  lua_pushthread(L: State): boolean;
  lua_pushstring(L: State, s: Bytes): void;
  lua_pushvalue(L: State, index: number): void;
  lua_resume(L: State, from: State | null, nargs: number): number;
  lua_setfield(L: State, index: number, name: Bytes): void;
  lua_setmetatable(L: State, index: number): void;
  lua_settop(L: State, index: number): void;
  lua_setupvalue(L: State, index: number, n: number): Bytes | null;
  lua_status(L: State): number;
  lua_toboolean(L: State, index: number): boolean;
  lua_tonumber(L: State, index: number): number;
  lua_tothread(L: State, index: number): State | null;
  lua_touserdata(L: State, index: number): unknown;
  lua_type(L: State, index: number): number;
  lua_upvalueindex(n: number): number;
  lua_xmove(from: State, to: State, n: number): void;
  lua_yieldk(L: State, nresults: number, context: unknown, k: Continuation | null): number;
}

export interface LauxApi {
  luaL_argcheck(L: State, condition: boolean, argument: number, message: Bytes): void;
  luaL_checkany(L: State, argument: number): void;
  luaL_checkinteger(L: State, argument: number): number;
  luaL_checknumber(L: State, argument: number): number;
  luaL_checkstring(L: State, argument: number): Bytes;
  luaL_checktype(L: State, argument: number, type: number): void;
  luaL_error(L: State, format: Bytes, ...values: Bytes[]): number;
  luaL_loadbufferx(L: State, text: Bytes, size: number, chunkName: Bytes, mode: Bytes): number;
  luaL_newstate(): State;
  luaL_optnumber(L: State, argument: number, otherwise: number): number;
  luaL_optstring(L: State, argument: number, otherwise: Bytes): Bytes;
  luaL_requiref(L: State, name: Bytes, open: LuaCFunction, global: number): void;
  luaL_tolstring(L: State, index: number): Bytes;
  luaL_traceback(L: State, of: State, message: Bytes | null, level: number): void;
  luaL_where(L: State, level: number): void;
}

export interface Internals {
  readonly TValue: new (type: number, value: unknown) => TValue;
  readonly TString: new (L: State, bytes: Bytes) => TString;
  newTable(L: State): Table;
  newUserdata(L: State, metatable: Table): object;
  set(L: State, table: Table, key: TValue, value: TValue): void;
  setAt(table: Table, index: number, value: TValue): void;
  get(L: State, table: Table, key: TValue): TValue;
  /** counts work as if it were so many instructions; out of fuel, the host's meter looks, and may throw */
  charge(L: State, instructions: number): void;
}

export interface Constants {
  readonly LUA_TNIL: number;
  readonly LUA_TBOOLEAN: number;
  readonly LUA_TNUMINT: number;
  readonly LUA_TNUMFLT: number;
  readonly LUA_TLNGSTR: number;
  readonly LUA_TTABLE: number;
  readonly LUA_TUSERDATA: number;
  readonly LUA_TLCL: number;
  readonly LUA_TCCL: number;
  readonly LUA_TLCF: number;
  readonly LUA_TTHREAD: number;
}
