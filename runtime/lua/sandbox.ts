/**
 * What a script finds when it starts: the standard libraries that are safe, the libraries of the host, and explanations in
 * place of the rest. When the script has started, all of it is frozen: handlers interleave and run in several instances, so
 * a global that a handler changes is a mistake.
 */
import { bytes, internals, lauxlib, lua, lualib, pushValue, TYPE, text } from './engine.js';
import { raise } from './errors.js';
import type { LuaCFunction, State, Table, TString, TValue } from './fengari-types.js';
import { FORBIDDEN_FUNCTIONS, FORBIDDEN_LIBRARIES, forbidden } from './forbidden.js';

/** Libraries of the engine that are opened; every function that is not forbidden stays. */
const LIBRARIES: Readonly<Record<string, string>> = {
  _G: 'luaopen_base',
  string: 'luaopen_string',
  table: 'luaopen_table',
  math: 'luaopen_math',
  utf8: 'luaopen_utf8',
  coroutine: 'luaopen_coroutine',
};

/** The globals' place in the registry. */
const REGISTRY_GLOBALS = 2;

export class Sandbox {
  readonly globals: Table;
  /** tables that belong to the host, by name */
  readonly #libraries = new Map<string, Table>();

  constructor(private readonly L: State) {
    for (const [name, open] of Object.entries(LIBRARIES)) {
      lauxlib.luaL_requiref(L, bytes(name), lualib[open]!, 1);
      lua.lua_settop(L, 0);
    }
    const registry = L.l_G.l_registry.value;
    const globals = internals.get(L, registry, new internals.TValue(TYPE.LUA_TNUMINT, REGISTRY_GLOBALS));
    this.globals = globals.value as Table;
    for (const name of Object.keys(LIBRARIES)) {
      if (name !== '_G') this.#libraries.set(name, this.get(this.globals, name).value as Table);
    }
    this.#protectStrings();
    for (const [name, advice] of Object.entries(FORBIDDEN_LIBRARIES)) this.#explain(name, advice);
  }

  /** A library of the host: a table as a global. */
  add(name: string, table: Table): void {
    this.set(this.globals, name, new internals.TValue(TYPE.LUA_TTABLE, table));
    this.#libraries.set(name, table);
  }

  /** Functions of the engine's kind, into a library or (`_G`) the globals. */
  addFunctions(library: string, functions: Readonly<Record<string, LuaCFunction>>): void {
    let table = library === '_G' ? this.globals : this.#libraries.get(library);
    if (table === undefined) {
      table = internals.newTable(this.L);
      this.add(library, table);
    }
    for (const [name, f] of Object.entries(functions))
      this.set(table, name, new internals.TValue(TYPE.LUA_TLCF, f));
  }

  /** Replaces forbidden functions by explanations; after the last `add`, so that nothing brings one back. */
  forbid(): void {
    for (const [library, functions] of Object.entries(FORBIDDEN_FUNCTIONS)) {
      const prefix = library === '_G' ? '' : `${library}.`;
      const explanations = Object.entries(functions).map(([name, advice]): [string, LuaCFunction] => [
        name,
        (L) => raise(L, forbidden(prefix + name, advice)),
      ]);
      this.addFunctions(library, Object.fromEntries(explanations));
    }
  }

  /** From here on globals and libraries cannot be changed. */
  freeze(): void {
    this.globals.readonly = (name) =>
      name === null
        ? 'the metatable of the globals cannot be changed'
        : `global '${name}' cannot be set by a handler: handlers interleave and run in several instances; use a local, or keep state in redis`;
    for (const [library, table] of this.#libraries)
      table.readonly = (name) =>
        `${library}${name === null ? '' : `.${name}`} cannot be changed by a handler`;
  }

  set(table: Table, name: string, value: TValue): void {
    internals.set(this.L, table, this.#text(name), value);
  }

  get(table: Table, name: string): TValue {
    return internals.get(this.L, table, this.#text(name));
  }

  #text(name: string): TValue {
    return new internals.TValue(TYPE.LUA_TLNGSTR, new internals.TString(this.L, bytes(name)));
  }

  /** `getmetatable("")` gives false: the methods of strings are those of the library, for everybody. */
  #protectStrings(): void {
    lua.lua_pushstring(this.L, bytes(''));
    lua.lua_getmetatable(this.L, -1);
    lua.lua_pushboolean(this.L, false);
    lua.lua_setfield(this.L, -2, bytes('__metatable'));
    lua.lua_settop(this.L, 0);
  }

  /** A table in which every look-up is an error that says what to use instead. */
  #explain(library: string, advice: string): void {
    const table = internals.newTable(this.L);
    const explain: LuaCFunction = (L) => {
      const key = L.stack[L.ci.funcOff + 2];
      const name = key?.type === TYPE.LUA_TLNGSTR ? `.${text((key.value as TString).realstring)}` : '';
      return raise(L, forbidden(library + name, advice));
    };
    const metatable = internals.newTable(this.L);
    for (const event of ['__index', '__newindex'])
      this.set(metatable, event, new internals.TValue(TYPE.LUA_TLCF, explain));
    this.set(metatable, '__metatable', new internals.TValue(TYPE.LUA_TBOOLEAN, false));
    pushValue(this.L, new internals.TValue(TYPE.LUA_TTABLE, table));
    pushValue(this.L, new internals.TValue(TYPE.LUA_TTABLE, metatable));
    lua.lua_setmetatable(this.L, -2);
    lua.lua_settop(this.L, 0);
    this.add(library, table);
  }
}
