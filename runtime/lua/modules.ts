/**
 * Loading of code: the script itself, `require` for the files beside it, `load` for texts. Only Lua text is loaded, never
 * compiled code, and no file outside the script's folder, however it is linked.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { bytes, internals, lauxlib, lua, pushValue, text } from './engine.js';
import { raise, syntaxError } from './errors.js';
import type { Bytes, LuaCFunction, State, TValue } from './fengari-types.js';
import { ScriptError } from './vm.js';

/** `lib.money`, `lib.money-2` */
const MODULE_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** A text given to `load` may have this many bytes; above it the parser would hold up the process. */
const LOAD_BYTES_MAX = 1 << 20;

const TEXT_ONLY = bytes('t');

/** Pushes the compiled script. @throws ScriptError `syntax` */
export function loadScript(L: State, file: string): void {
  let source: Bytes;
  try {
    source = readSource(file);
  } catch (error) {
    const message = `cannot read ${file}: ${(error as Error).message}`;
    throw new ScriptError({ kind: 'syntax', message, traceback: '' });
  }
  if (!compile(L, source, `@${basename(file)}`)) {
    const error = syntaxError(L);
    lua.lua_settop(L, 0);
    throw error;
  }
}

/** `require` and `load` for a script. */
export function moduleFunctions(file: string): Record<string, LuaCFunction> {
  const modules = new Map<string, TValue>();
  const loading = new Set<string>();

  const finish = (L: State, status: number, name: unknown): number => {
    loading.delete(name as string);
    if (status !== lua.LUA_OK && status !== lua.LUA_YIELD) return lua.lua_error(L);
    if (lua.lua_isnoneornil(L, -1)) {
      lua.lua_pop(L, 1);
      lua.lua_pushboolean(L, true);
    }
    const { type, value } = L.stack[L.top - 1]!;
    modules.set(name as string, { type, value });
    return 1;
  };

  return {
    require: (L) => {
      const name = text(lauxlib.luaL_checkstring(L, 1));
      const known = modules.get(name);
      if (known !== undefined) {
        pushValue(L, known);
        return 1;
      }
      if (loading.has(name)) raise(L, `module '${name}' requires itself`);
      const source = moduleSource(L, dirname(file), name);
      if (!compile(L, source.bytes, `@${source.file}`)) lua.lua_error(L);
      lua.lua_pushstring(L, bytes(name));
      loading.add(name);
      return finish(L, lua.lua_pcallk(L, 1, 1, 0, name, finish), name);
    },
    load,
  };
}

function readSource(file: string): Bytes {
  const source = readFileSync(file);
  const start = source.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  // A first line for the shell is a comment; its newline stays, for the line numbers.
  const isForShell = source[start] === 0x23;
  const newline = source.indexOf(0x0a);
  const end = newline === -1 ? source.length : newline;
  return new Uint8Array(source.subarray(isForShell ? end : start));
}

/** Pushes the function, or else the parser's message. */
function compile(L: State, source: Bytes, name: string): boolean {
  return lauxlib.luaL_loadbufferx(L, source, source.length, bytes(name), TEXT_ONLY) === lua.LUA_OK;
}

function moduleSource(L: State, folder: string, name: string): { file: string; bytes: Bytes } {
  if (!MODULE_NAME.test(name)) raise(L, `'${name}' is no name of a module; lib/money.lua is "lib.money"`);
  const file = `${name.replaceAll('.', '/')}.lua`;
  let path: string;
  let root: string;
  try {
    root = realpathSync(folder);
    path = realpathSync(join(root, file));
  } catch {
    return raise(L, `module '${name}' not found: there is no ${file} beside the script`);
  }
  if (!path.startsWith(root + sep)) raise(L, `module '${name}' is outside the script's folder`);
  try {
    return { file, bytes: readSource(path) };
  } catch (error) {
    return raise(L, `module '${name}' cannot be read: ${(error as Error).message}`);
  }
}

/** load(chunk [, name [, mode [, env]]]): as in Lua, but texts only. Returns the function, or nil and the message. */
function load(L: State): number {
  const hasEnvironment = lua.lua_type(L, 4) !== LUA_TNONE;
  const chunk = lua.lua_type(L, 1) === lua.LUA_TSTRING ? lauxlib.luaL_checkstring(L, 1) : pieces(L);
  if (chunk.length > LOAD_BYTES_MAX)
    raise(L, `load: the text has ${chunk.length} bytes; at most ${LOAD_BYTES_MAX} are allowed`);
  internals.charge(L, chunk.length); // measured: to compile a byte takes longer than an instruction
  const name = lauxlib.luaL_optstring(
    L,
    2,
    lua.lua_type(L, 1) === lua.LUA_TSTRING ? chunk : bytes('=(load)'),
  );
  if (lauxlib.luaL_loadbufferx(L, chunk, chunk.length, name, TEXT_ONLY) !== lua.LUA_OK) {
    lua.lua_pushnil(L);
    lua.lua_insert(L, -2);
    return 2;
  }
  if (hasEnvironment) {
    lua.lua_pushvalue(L, 4);
    lua.lua_setupvalue(L, -2, 1);
  }
  return 1;
}

const LUA_TNONE = -1;

/** The text that a function gives piece by piece, up to nil or an empty piece. */
function pieces(L: State): Bytes {
  lauxlib.luaL_checktype(L, 1, lua.LUA_TFUNCTION);
  const parts: Bytes[] = [];
  let length = 0;
  while (length <= LOAD_BYTES_MAX) {
    lua.lua_pushvalue(L, 1);
    lua.lua_call(L, 0, 1);
    const piece = lua.lua_type(L, -1) === lua.LUA_TSTRING ? lauxlib.luaL_checkstring(L, -1) : undefined;
    if (piece === undefined && !lua.lua_isnoneornil(L, -1)) raise(L, 'load: the function must give texts');
    lua.lua_pop(L, 1);
    if (piece === undefined || piece.length === 0) break;
    parts.push(piece);
    length += piece.length;
  }
  return new Uint8Array(Buffer.concat(parts));
}
