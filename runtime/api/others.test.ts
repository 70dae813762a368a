import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { expect, test } from 'vitest';
import { HostError } from '../lua/vm.js';
import { authApi } from './auth.js';
import { httpStatusGlobals } from './http-status.js';
import { logText } from './log.js';
import { recordingContext } from './testing/recording-context.js';
import { timeApi } from './time.js';

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
