/** What both directions of the border share; see values-in.ts and values-out.ts. */
import { pathStep } from '../../common/json.js';
import { TYPE, text } from './engine.js';
import type { LuaClosure, TValue } from './fengari-types.js';
import type { LuaFunction } from './vm.js';

/**
 * What an empty table is outside. A table that came in keeps what it was, `json.object` makes an object; a new one is
 * unknown and leaves as an array. A table with content is what its content says.
 */
export const KIND = { unknown: 0, array: 1, object: 2 } as const;

/** The way to a value from the outside in: names, and Lua's indexes (from 1). */
export type Trail = readonly (string | number)[];

/** A value that cannot cross. */
export class ConversionError extends Error {
  constructor(trail: Trail, problem: string) {
    const path = trail.map((step) => (typeof step === 'number' ? `[${step}]` : pathStep(step))).join('');
    super(`${path === '' ? 'value' : path}: ${problem}`);
    this.name = 'ConversionError';
  }
}

/** A Lua function in the host's hands. */
export class FunctionHandle implements LuaFunction {
  readonly luaFunction = true;
  readonly #closure: TValue;

  constructor(
    closure: TValue,
    readonly where: string,
  ) {
    this.#closure = closure;
  }

  closure(): TValue {
    return this.#closure;
  }
}

export function isFunction(value: TValue): boolean {
  return value.type === TYPE.LUA_TLCL || value.type === TYPE.LUA_TCCL || value.type === TYPE.LUA_TLCF;
}

/** `accounts.lua:12`, where a function was defined; functions of the host and the libraries have no place. */
export function definition(value: TValue): string {
  if (value.type !== TYPE.LUA_TLCL) return '[host]';
  const { source, linedefined } = (value.value as LuaClosure).p;
  return `${text(source.realstring).replace(/^[@=]/, '')}:${linedefined}`;
}
