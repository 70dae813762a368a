import type { Json } from '../../common/protocol/messages.js';
import { HostError, type LuaFunction, type LuaValue } from '../lua/vm.js';

/**
 * Checks of what a script passes to the host. Each returns the value with its type, or throws a HostError that names the
 * call, the argument, what is expected and what came. `call` is written as in the script: `bus:send`.
 */

/** A text of 1 to `bytesMax` bytes. Whole numbers are taken as text, as Lua itself does. */
export function textArgument(call: string, name: string, value: LuaValue, bytesMax: number): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '')
    throw mistake(call, name, 'must be a text that is not empty', value);
  if (Buffer.byteLength(text) > bytesMax)
    throw new HostError(
      `${call}: ${name} is ${Buffer.byteLength(text)} bytes long; at most ${bytesMax} are allowed`,
    );
  return text;
}

/** A whole number from `min` to ±(2^53-1); `absent` is what nil stands for, undefined = nil is a mistake. */
export function integerArgument(
  call: string,
  name: string,
  value: LuaValue,
  { min = Number.MIN_SAFE_INTEGER, absent }: { min?: number; absent?: number } = {},
): number {
  if (value === undefined && absent !== undefined) return absent;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min)
    throw mistake(
      call,
      name,
      min === Number.MIN_SAFE_INTEGER ? 'must be a whole number' : `must be a whole number, ${min} or more`,
      value,
    );
  return value;
}

export function functionArgument(call: string, name: string, value: LuaValue): LuaFunction {
  if (!isLuaFunction(value)) throw mistake(call, name, 'must be a function', value);
  return value;
}

/** Any JSON value; nil is none: `advice` says what to do instead. */
export function jsonArgument(call: string, name: string, value: LuaValue, advice: string): Json {
  if (value === undefined) throw new HostError(`${call}: ${name} is nil; ${advice}`);
  if (isLuaFunction(value)) throw mistake(call, name, 'must be a value that JSON can hold', value);
  return value as Json;
}

/** A table with named fields, of which only `names` may occur: a misspelt field must not be ignored. */
export function fieldsArgument<Name extends string>(
  call: string,
  value: LuaValue,
  names: readonly Name[],
): Readonly<Partial<Record<Name, LuaValue>>> {
  if (!isFields(value))
    throw new HostError(`${call}: expected a table with named fields, got ${described(value)}`);
  for (const name of Object.keys(value)) {
    if (!(names as readonly string[]).includes(name))
      throw new HostError(
        `${call}: there is no field ${JSON.stringify(name)}; the fields are ${names.join(', ')}`,
      );
  }
  return value as Partial<Record<Name, LuaValue>>;
}

export function mistake(call: string, name: string, expectation: string, got: LuaValue): HostError {
  return new HostError(`${call}: ${name} ${expectation}; got ${described(got)}`);
}

export function isLuaFunction(value: LuaValue): value is LuaFunction {
  return typeof value === 'object' && value !== null && 'luaFunction' in value && value.luaFunction === true;
}

/** A Lua table with string keys; the empty table counts, as it has no wrong field. */
export function isFields(value: LuaValue): value is { [name: string]: LuaValue } {
  if (typeof value !== 'object' || value === null || isLuaFunction(value)) return false;
  return !Array.isArray(value) || value.length === 0;
}

/** What a value is, in the words of Lua. */
export function described(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (value === null) return 'json.null';
  if (typeof value === 'string') return value === '' ? 'an empty text' : JSON.stringify(excerpt(value));
  if (typeof value === 'object') return isLuaFunction(value) ? 'a function' : 'a table';
  return String(value);
}

const EXCERPT_MAX = 40;

function excerpt(text: string): string {
  return text.length > EXCERPT_MAX ? `${text.slice(0, EXCERPT_MAX)}…` : text;
}
