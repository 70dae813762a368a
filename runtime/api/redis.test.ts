import { expect, test } from 'vitest';
import type { LuaValue } from '../lua/vm.js';
import { startContext } from './context.js';
import { redisApi } from './redis.js';
import { recordingContext } from './testing/recording-context.js';

const redis = redisApi();

function calls(name: string, ...args: LuaValue[]): unknown[][] {
  const recording = recordingContext();
  redis[name]?.(recording.context, ...args);
  return recording.calls;
}

test('every function reaches the handler’s state with its arguments', () => {
  expect(calls('get', 'k')).toEqual([['get', 'k']]);
  expect(calls('set', 'k', { a: 1 })).toEqual([['set', 'k', { a: 1 }, undefined]]);
  expect(calls('del', 'k')).toEqual([['del', 'k']]);
  expect(calls('incr', 'k')).toEqual([['increment', 'k', 1]]);
  expect(calls('incr', 'k', -5)).toEqual([['increment', 'k', -5]]);
  expect(calls('raise', 'k', 7)).toEqual([['raise', 'k', 7]]);
  expect(calls('keys', 'a*')).toEqual([['keys', 'a*']]);
  expect(calls('push', 'k', 'x')).toEqual([['push', 'k', 'x']]);
  expect(calls('range', 'k', 1, 2)).toEqual([['range', 'k', 1, 2]]);
  expect(calls('range', 'k')).toEqual([['range', 'k', 0, -1]]);
  expect(calls('len', 'k')).toEqual([['length', 'k']]);
});

test('a plain value comes back at once, a promise as a promise', async () => {
  expect(redis.get?.(recordingContext({ get: 5 }).context, 'k')).toBe(5);
  await expect(redis.get?.(recordingContext({ get: Promise.resolve(6) }).context, 'k')).resolves.toBe(6);
});

test('a time to live is in seconds and rounded up to milliseconds', () => {
  expect(calls('set', 'k', 1, { ttl: 1.0001 })).toEqual([['set', 'k', 1, 1001]]);
  expect(calls('set', 'k', false, {})).toEqual([['set', 'k', false, undefined]]);
});

test.each<[string, string, LuaValue[]]>([
  ['get', 'redis:get: key must be a text that is not empty; got nil', []],
  ['get', 'redis:get: key must be a text that is not empty; got a table', [{ a: 1 }]],
  ['set', 'redis:set: value is nil; to remove a key use redis:del(key)', ['k']],
  ['set', 'redis:set: ttl must be a number of seconds above zero; got 0', ['k', 1, { ttl: 0 }]],
  ['set', 'redis:set: there is no field "TTL"; the fields are ttl', ['k', 1, { TTL: 3 }]],
  ['set', 'redis:set: expected a table with named fields, got 60', ['k', 1, 60]],
  ['incr', 'redis:incr: by must be a whole number; got 0.5', ['k', 0.5]],
  ['raise', 'redis:raise: value must be a whole number; got nil', ['k']],
  ['push', 'redis:push: value is nil; to remove a key use redis:del(key)', ['k']],
  ['range', 'redis:range: first must be a whole number; got "a"', ['k', 'a']],
])('redis:%s says: %s', (name, message, args) => {
  expect(() => calls(name, ...args)).toThrow(expect.objectContaining({ message }));
});

test.each(['get', 'keys', 'incr', 'len'])('redis:%s at the top level is an error that says why', (name) => {
  expect(() => redis[name]?.(startContext(0), 'k')).toThrow(`redis:${name} works in handlers only`);
});

test.each(['set', 'push', 'raise'])('redis:%s at the top level is an error that says why', (name) => {
  expect(() => redis[name]?.(startContext(0), 'k', 1)).toThrow(`redis:${name} works in handlers only`);
});

test('under a key that is too long to be written there is nothing: a script may ask with what a request brought', () => {
  const long = 'ä'.repeat(600);
  const recording = recordingContext();
  const asked = (name: string): unknown => redis[name]?.(recording.context, long);
  expect([asked('get'), asked('range'), asked('len')]).toEqual([undefined, [], 0]);
  expect(recording.calls).toEqual([]);
  expect(() => redis.set?.(recording.context, long, 1)).toThrow('key is 1200 bytes long; at most');
});
