/** From the engine's errors to ScriptError, and from the host's to Lua errors. */
import { ConversionError } from './conversion.js';
import { bytes, lauxlib, lua, TYPE, text } from './engine.js';
import type { State, TString, TValue } from './fengari-types.js';
import { Kill } from './kill.js';
import type { Task } from './task.js';
import type { ValuesOut } from './values-out.js';
import { ScriptError } from './vm.js';

type Kind = 'runtime' | 'conversion';

/** Strings that report a value that could not cross, so that an error nobody caught keeps its kind. */
const conversions = new WeakSet<TString>();

/** Raises a Lua error at the line of the script that is running, or that called the running library function. */
export function raise(L: State, message: string, kind: Kind = 'runtime'): never {
  pushError(L, message, kind);
  lua.lua_error(L);
  throw new Error('lua_error returned');
}

/** The engine's handler for JavaScript exceptions that are not its own: they become Lua errors. */
export function raiseNative(L: State): number {
  const error = lua.lua_touserdata(L, -1);
  pushError(L, nativeMessage(error), error instanceof ConversionError ? 'conversion' : 'runtime');
  return 1;
}

function pushError(L: State, message: string, kind: Kind): void {
  lauxlib.luaL_where(L, 1);
  lua.lua_pushstring(L, bytes(message));
  lua.lua_concat(L, 2);
  if (kind === 'conversion') conversions.add(L.stack[L.top - 1]!.value as TString);
}

function nativeMessage(error: unknown): string {
  if (error instanceof ConversionError) return error.message;
  if (error instanceof RangeError && /call stack/.test(error.message)) return 'stack overflow';
  return `the Lua engine failed: ${String(error)}`;
}

/** The stacks of a task's coroutines, innermost first, as Lua writes them. */
export function traceback(main: State, chain: readonly State[]): string {
  const stacks = [...chain].reverse().map((coroutine) => {
    lauxlib.luaL_traceback(main, coroutine, null, 0);
    const stack = text(lauxlib.luaL_tolstring(main, -1));
    lua.lua_settop(main, 0);
    return stack.replace(/^stack traceback:\n?/, '').replaceAll('\t[JS]: in ', '\t[host]: in ');
  });
  return `stack traceback:\n${stacks.filter((stack) => stack !== '').join('\n')}`;
}

/** An error that ends the task because of a budget; the place is the innermost line of the script, or the function that has returned. */
export function budgetError(main: State, task: Task, problem: string): ScriptError {
  const stack = traceback(main, task.chain);
  const place = /^\t(.+?:\d+): in /m.exec(stack)?.[1] ?? task.where;
  return new ScriptError({ kind: 'budget', message: `${place}: ${problem}`, traceback: stack });
}

/** The error that a finished coroutine ended with, which is on top of its stack. @throws Kill: it is too large to be shown */
export function scriptError(main: State, task: Task, values: ValuesOut): ScriptError {
  const { coroutine } = task;
  const error = coroutine.stack[coroutine.top - 1]!;
  const isConversion = error.type === TYPE.LUA_TLNGSTR && conversions.has(error.value as TString);
  return new ScriptError({
    kind: isConversion ? 'conversion' : 'runtime',
    message: errorText(error, values),
    traceback: traceback(main, task.chain),
  });
}

/** `error("text")` is its text; any other error object is shown as JSON, if it can be. */
function errorText(error: TValue, values: ValuesOut): string {
  try {
    const value = values.json(error);
    return typeof value === 'string' ? value : `error value ${JSON.stringify(value) ?? 'nil'}`;
  } catch (reason) {
    if (reason instanceof Kill) throw reason;
    if (error.type === TYPE.LUA_TLNGSTR) return text((error.value as TString).realstring);
    return `an error value that is no text: ${(reason as Error).message}`;
  }
}

/** The message that the parser left on top of the stack. */
export function syntaxError(L: State): ScriptError {
  const message = text(lauxlib.luaL_tolstring(L, -1));
  return new ScriptError({ kind: 'syntax', message, traceback: '' });
}
