import type { Json } from '../../common/protocol/messages.js';
import type { HostFunction, LuaValue } from '../lua/vm.js';
import { fieldsArgument, integerArgument, jsonArgument, mistake, textArgument } from './arguments.js';
import { handlerOf } from './context.js';
import { API_LIMITS } from './limits.js';

/**
 * The global `redis`: the service's own state, whatever store keeps it. Works in handlers only. Reads see what the same
 * handler has written; writes leave with the handler's commit. An embedded store answers at once, and then the coroutine
 * does not pause.
 */
export function redisApi(): Readonly<Record<string, HostFunction>> {
  return {
    get: (context, key) => {
      const name = askedKey('redis:get', key);
      return canExist(name) ? handlerOf(context).get(name) : undefined;
    },
    set: (context, key, value, options) => {
      handlerOf(context).set(
        keyArgument('redis:set', key),
        valueArgument('redis:set', value),
        ttlMs(options),
      );
      return undefined;
    },
    del: (context, key) => {
      handlerOf(context).del(keyArgument('redis:del', key));
      return undefined;
    },
    incr: (context, key, by) =>
      handlerOf(context).increment(
        keyArgument('redis:incr', key),
        integerArgument('redis:incr', 'by', by, { absent: 1 }),
      ),
    raise: (context, key, value) => {
      handlerOf(context).raise(
        keyArgument('redis:raise', key),
        integerArgument('redis:raise', 'value', value),
      );
      return undefined;
    },
    keys: (context, pattern) =>
      handlerOf(context).keys(
        textArgument('redis:keys', 'pattern', pattern, API_LIMITS.stateKeyBytesMax),
      ) as Texts,
    push: (context, key, value) => {
      handlerOf(context).push(keyArgument('redis:push', key), valueArgument('redis:push', value));
      return undefined;
    },
    range: (context, key, first, last) => {
      const name = askedKey('redis:range', key);
      const from = integerArgument('redis:range', 'first', first, { absent: 0 });
      const to = integerArgument('redis:range', 'last', last, { absent: -1 });
      return canExist(name) ? (handlerOf(context).range(name, from, to) as Items) : [];
    },
    len: (context, key) => {
      const name = askedKey('redis:len', key);
      return canExist(name) ? handlerOf(context).length(name) : 0;
    },
  };
}

/** The VM copies what it gets; the casts only drop `readonly`. */
type Texts = string[] | Promise<string[]>;
type Items = Json[] | Promise<Json[]>;

/** A key to be read: of any length, for a script may ask with whatever a request brought. */
function askedKey(call: string, value: LuaValue): string {
  return textArgument(call, 'key', value, Number.POSITIVE_INFINITY);
}

/** Nothing is ever written under a longer key. */
function canExist(key: string): boolean {
  return Buffer.byteLength(key) <= API_LIMITS.stateKeyBytesMax;
}

function keyArgument(call: string, value: LuaValue): string {
  return textArgument(call, 'key', value, API_LIMITS.stateKeyBytesMax);
}

function valueArgument(call: string, value: LuaValue): Json {
  return jsonArgument(call, 'value', value, 'to remove a key use redis:del(key)');
}

/** `{ttl = seconds}`: after that time the key is gone. */
function ttlMs(options: LuaValue): number | undefined {
  if (options === undefined) return undefined;
  const { ttl } = fieldsArgument('redis:set', options, ['ttl']);
  if (ttl === undefined) return undefined;
  if (typeof ttl !== 'number' || !(ttl > 0) || !Number.isSafeInteger(Math.ceil(ttl * 1000)))
    throw mistake('redis:set', 'ttl', 'must be a number of seconds above zero', ttl);
  return Math.ceil(ttl * 1000);
}
