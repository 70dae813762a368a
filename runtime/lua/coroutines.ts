/**
 * The library `coroutine`, as far as it must know the host: a script's own coroutine may call a host function that waits.
 * Then the wait passes through every coroutine that is resuming it, up to the task, and back when it is over. To the script
 * the wait is invisible: `coroutine.resume` returns when the coroutine itself yields or ends.
 */
import { bytes, lauxlib, lua } from './engine.js';
import { raise } from './errors.js';
import type { LuaCFunction, State } from './fengari-types.js';
import type { Runner } from './runner.js';

/** How a resumed coroutine came back to the one that resumed it. */
type Back =
  | { readonly kind: 'values'; readonly count: number }
  /** the error is on top of the resumer's stack */
  | { readonly kind: 'error' }
  | { readonly kind: 'waiting' };

interface Resumption {
  readonly coroutine: State;
  /** `wrap` raises errors, `resume` returns them */
  readonly wrapped: boolean;
  /** whether the task was pinned before */
  readonly pinned: boolean;
}

const WAITING = 'cannot resume a coroutine that waits for the host';

export function coroutineFunctions(runner: Runner): Record<string, LuaCFunction> {
  /** coroutines in the middle of a wait: another handler that got hold of one must not wake it */
  const asleep = new WeakSet<State>();

  const resume = (L: State, coroutine: State, nargs: number, wrapped: boolean): number => {
    const task = runner.current;
    const resumption: Resumption = { coroutine, wrapped, pinned: task.pinned };
    task.pinned ||= L.nny > 0;
    task.chain.push(coroutine);
    return settle(L, resumption, step(L, coroutine, nargs));
  };

  const settle = (L: State, resumption: Resumption, back: Back): number => {
    if (back.kind === 'waiting') {
      asleep.add(resumption.coroutine);
      lua.lua_settop(L, 0);
      return lua.lua_yieldk(L, 0, resumption, goOn);
    }
    const task = runner.current;
    task.chain.pop();
    task.pinned = resumption.pinned;
    return resumption.wrapped ? wrapResults(L, back) : resumeResults(L, back);
  };

  /** the wait is over: the innermost coroutine finds the outcome in the task */
  const goOn = (L: State, _status: number, context: unknown): number => {
    const resumption = context as Resumption;
    asleep.delete(resumption.coroutine);
    return settle(L, resumption, step(L, resumption.coroutine, 0));
  };

  const step = (L: State, coroutine: State, nargs: number): Back => {
    const refusal = asleep.has(coroutine) ? WAITING : refuse(coroutine, nargs);
    if (refusal !== undefined) {
      lua.lua_pushstring(L, bytes(refusal));
      return { kind: 'error' };
    }
    if (nargs > 0) lua.lua_xmove(L, coroutine, nargs);
    const status = lua.lua_resume(coroutine, L, nargs);
    if (status === lua.LUA_YIELD && runner.current.wait !== null) return { kind: 'waiting' };
    if (status !== lua.LUA_OK && status !== lua.LUA_YIELD) {
      lua.lua_xmove(coroutine, L, 1);
      return { kind: 'error' };
    }
    const count = lua.lua_gettop(coroutine);
    if (!lua.lua_checkstack(L, count + 1)) {
      lua.lua_pop(coroutine, count);
      lua.lua_pushstring(L, bytes('too many results to resume'));
      return { kind: 'error' };
    }
    lua.lua_xmove(coroutine, L, count);
    return { kind: 'values', count };
  };

  const wrapper: LuaCFunction = (L) =>
    resume(L, lua.lua_tothread(L, lua.lua_upvalueindex(1))!, lua.lua_gettop(L), true);

  return {
    resume: (L) => resume(L, coroutineArgument(L), lua.lua_gettop(L) - 1, false),
    wrap: (L) => {
      lauxlib.luaL_checktype(L, 1, lua.LUA_TFUNCTION);
      const coroutine = lua.lua_newthread(L);
      lua.lua_pushvalue(L, 1);
      lua.lua_xmove(L, coroutine, 1);
      lua.lua_pushcclosure(L, wrapper, 1);
      return 1;
    },
    yield: (L) => {
      if (L === runner.current.coroutine) raise(L, 'attempt to yield from outside a coroutine');
      return lua.lua_yieldk(L, lua.lua_gettop(L), 0, null);
    },
    isyieldable: (L) => {
      lua.lua_pushboolean(L, L !== runner.current.coroutine && L.nny === 0);
      return 1;
    },
    running: (L) => {
      lua.lua_pushthread(L);
      lua.lua_pushboolean(L, L === runner.current.coroutine);
      return 2;
    },
  };
}

function coroutineArgument(L: State): State {
  const coroutine = lua.lua_tothread(L, 1);
  lauxlib.luaL_argcheck(L, coroutine !== null, 1, bytes('coroutine expected'));
  return coroutine!;
}

function refuse(coroutine: State, nargs: number): string | undefined {
  if (!lua.lua_checkstack(coroutine, nargs)) return 'too many arguments to resume';
  const isDead = lua.lua_status(coroutine) === lua.LUA_OK && lua.lua_gettop(coroutine) === 0;
  return isDead ? 'cannot resume dead coroutine' : undefined;
}

function resumeResults(L: State, back: Exclude<Back, { kind: 'waiting' }>): number {
  const count = back.kind === 'values' ? back.count : 1;
  lua.lua_pushboolean(L, back.kind === 'values');
  lua.lua_insert(L, -(count + 1));
  return count + 1;
}

/** The error goes on as it is; Lua 5.3 puts the place of the call in front, once per level. */
function wrapResults(L: State, back: Exclude<Back, { kind: 'waiting' }>): number {
  return back.kind === 'values' ? back.count : lua.lua_error(L);
}
