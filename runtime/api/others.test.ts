import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { describe, expect, test } from 'vitest';
import { HostError } from '../lua/vm.js';
import { authApi } from './auth.js';
import { Declarations } from './declarations.js';
import { httpStatusGlobals } from './http-status.js';
import { logText } from './log.js';
import { recordingContext } from './testing/recording-context.js';
import { timeApi } from './time.js';
import { parseTopicPattern } from './topic-pattern.js';
import { updatesApi } from './updates.js';

const { context } = recordingContext();
const auth = authApi({
  issue: async (sub, aud, claims) => JSON.stringify({ sub, aud, ...claims }),
  verify: async (token, audience) =>
    token === 'good' ? { sub: 'ann', aud: audience, iss: 'autokrator', iat: 1, exp: 2 } : undefined,
  publicKeys: async () => ({ keys: [] }),
});

test('a password matches its own hash and no other', async () => {
  const hash = (await auth.hash_password?.(context, 'correct horse')) as string;
  expect(hash).toMatch(/^scrypt\$32768\$8\$1\$/);
  expect(hash).not.toContain('horse');
  expect(await auth.verify_password?.(context, 'correct horse', hash)).toBe(true);
  expect(await auth.verify_password?.(context, 'correct horsf', hash)).toBe(false);
});

test('two hashes of one password differ', async () => {
  expect(await auth.hash_password?.(context, 'x')).not.toBe(await auth.hash_password?.(context, 'x'));
});

test('a password may be written with composed or decomposed letters', async () => {
  const hash = (await auth.hash_password?.(context, 'caf\u00e9')) as string;
  expect(await auth.verify_password?.(context, 'cafe\u0301', hash)).toBe(true);
});

test.each([
  'secret',
  'scrypt$2$1$1$AAAA$=',
  'scrypt$3$1$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  'scrypt$0$1$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  'scrypt$1048576$16$4$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
])('%s is no hash that a password could match', async (hash) => {
  await expect(auth.verify_password?.(context, 'x', hash)).rejects.toBeInstanceOf(HostError);
});

test('time is the handler’s own instant', () => {
  expect(timeApi().now?.(context)).toBe(1767323045);
  expect(timeApi().iso?.(context)).toBe('2026-01-02T03:04:05.678Z');
});

test('log lines show texts as they are and everything else as JSON', () => {
  expect(logText(['paid', 5, { a: [true] }, undefined, { luaFunction: true, where: 'a.lua:3' }])).toBe(
    'paid 5 {"a":[true]} nil function a.lua:3',
  );
  expect(logText(['x'.repeat(10_000)]).length).toBeLessThan(8300);
});

test('every status code has its name', () => {
  const globals = httpStatusGlobals();
  expect(globals).toMatchObject({
    HTTP_OK: 200,
    HTTP_CREATED: 201,
    HTTP_NON_AUTHORITATIVE_INFORMATION: 203,
    HTTP_BAD_REQUEST: 400,
    HTTP_NOT_FOUND: 404,
    HTTP_IM_A_TEAPOT: 418,
    HTTP_INTERNAL_SERVER_ERROR: 500,
    HTTP_VERSION_NOT_SUPPORTED: 505,
  });
  for (const code of Object.keys(STATUS_CODES)) expect(Object.values(globals)).toContain(Number(code));
});

test('the editor annotations know the same status codes', () => {
  const annotations = readFileSync(new URL('../../scripts/types/autokrator.lua', import.meta.url), 'utf8');
  const annotated = [...annotations.matchAll(/^(HTTP_\w+) = (\d+)$/gm)].map(([, name, code]) => [
    name,
    Number(code),
  ]);
  expect(Object.fromEntries(annotated)).toEqual(httpStatusGlobals());
});

test('a hash of nil fits no password, and takes as long as every other', async () => {
  const hash = (await auth.hash_password?.(context, 'x')) as string;
  const timed = async (known: string | undefined) => {
    const begun = performance.now();
    expect(await auth.verify_password?.(context, 'wrong', known)).toBe(false);
    return performance.now() - begun;
  };
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < 3; n++) {
    times.known.push(await timed(hash));
    times.unknown.push(await timed(undefined));
  }
  // Without the work it would be a thousand times less.
  expect(Math.min(...times.unknown)).toBeGreaterThan(Math.min(...times.known) / 4);
});

test('a token is issued for a subject and an audience, with claims of the script’s own', async () => {
  const claims = { sub: 'ann', aud: 'access', colour: 'red' };
  expect(JSON.parse((await auth.issue?.(context, claims)) as string)).toEqual(claims);
});

test.each([
  [{ aud: 'access' }, /sub must be a text/],
  [{ sub: 'ann', aud: 'both' }, /aud must be "access" or "refresh"; got "both"/],
  [{ sub: 'ann' }, /aud must be "access" or "refresh"; got nil/],
  [{ sub: 'ann', aud: 'access', exp: 9 }, /the claim exp is the host's/],
  ['ann', /claims must be a table with named fields/],
])('a token with the claims %j is a mistake', async (claims, message) => {
  await expect(async () => auth.issue?.(context, claims)).rejects.toThrow(message);
});

test('whatever is no token gives no claims', async () => {
  expect(await auth.verify?.(context, 'good', 'refresh')).toMatchObject({ sub: 'ann', aud: 'refresh' });
  for (const text of ['bad', 7, undefined, { a: 1 }, 'x'.repeat(5000)])
    expect(await auth.verify?.(context, text, 'refresh')).toBeUndefined();
  await expect(async () => auth.verify?.(context, 'good', 'other')).rejects.toThrow(/audience must be/);
});

describe('updates', () => {
  const declarations = new Declarations(() => {});
  const updates = updatesApi(declarations);

  test('are published with the event’s own cursor, or one that is named', () => {
    const { context, calls } = recordingContext();
    updates.publish?.(context, 'account:7', { a: 1 });
    updates.publish?.(context, 'account:7', 'text', 3);
    expect(calls).toEqual([
      ['publish', 'account:7', { a: 1 }, undefined],
      ['publish', 'account:7', 'text', 3],
    ]);
  });

  test.each<[string, unknown[], RegExp]>([
    ['no topic', [undefined, {}], /topic must be a text/],
    ['a long topic', ['x'.repeat(257), {}], /topic is 257 bytes long/],
    ['no data', ['t'], /data is nil/],
    ['a broken cursor', ['t', {}, 1.5], /cursor must be a whole number, 0 or more/],
    ['a cursor below zero', ['t', {}, -1], /cursor must be a whole number, 0 or more/],
  ])('with %s are a mistake', (_, args, message) => {
    expect(() => updates.publish?.(context, ...(args as never[]))).toThrow(message);
  });

  test('are resumed by the handler of their pattern', () => {
    const handler = { luaFunction: true as const, where: 'a.lua:1' };
    updates.resume?.(context, 'account:{id}', handler as never);
    expect(declarations.resumes).toMatchObject([{ pattern: 'account:{id}', handler }]);
  });
});

describe('a pattern of topics', () => {
  test.each([
    ['account:{id}', 'account:7', { id: '7' }],
    ['account:{id}', 'account:', undefined],
    ['account:{id}', 'account:7:8', undefined],
    ['account:{id}', 'xaccount:7', undefined],
    ['a.b+{x}-{y}', 'a.b+1-2', { x: '1', y: '2' }],
    ['a.b', 'axb', undefined],
    ['weather', 'weather', {}],
  ])('%s and %s', (pattern, topic, args) => {
    expect(parseTopicPattern('test', pattern)(topic)).toEqual(args);
  });

  test.each([
    ['account:{', /brace/],
    ['account:}', /brace/],
    ['{a}:{a}', /twice/],
    ['{a}{b}', /right behind/],
    ['{a-b}', /brace/],
  ])('%s is a mistake', (pattern, message) => {
    expect(() => parseTopicPattern('updates:resume', pattern)).toThrow(message);
  });
});
