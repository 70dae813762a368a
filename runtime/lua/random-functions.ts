/**
 * `math.random` and `math.randomseed`. Chance comes from the host; a script that seeds gets a sequence of its own, the same
 * for the same seed.
 */
import { seededRandom } from '../../common/random.js';
import { lauxlib, lua } from './engine.js';
import { raise } from './errors.js';
import type { LuaCFunction } from './fengari-types.js';

/** @param hostRandom a number in [0, 1) */
export function randomFunctions(hostRandom: () => number): Record<string, LuaCFunction> {
  let next = hostRandom;
  return {
    random: (L) => {
      const count = lua.lua_gettop(L);
      if (count > 2) raise(L, "wrong number of arguments to 'random'");
      if (count === 0) {
        lua.lua_pushnumber(L, next());
        return 1;
      }
      const low = count === 2 ? lauxlib.luaL_checkinteger(L, 1) : 1;
      const high = lauxlib.luaL_checkinteger(L, count);
      if (low > high) raise(L, `math.random: the interval from ${low} to ${high} is empty`);
      const size = high - low + 1;
      if (size > 2 ** 53) raise(L, `math.random: the interval from ${low} to ${high} is too large`);
      lua.lua_pushinteger(L, low + Math.floor(next() * size));
      return 1;
    },
    randomseed: (L) => {
      const seed = lauxlib.luaL_checknumber(L, 1);
      next = seededRandom(Number.isFinite(seed) ? seed : 0).next;
      return 0;
    },
  };
}
