import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEY_FILE, readOrMakeKey } from './key-file.js';
import { Tokens } from './tokens.js';

let folder: string;
let now: number;
const clock = { now: () => now };

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'keys-')), 'keys');
  now = Date.parse('2026-01-02T03:04:05Z');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const MINUTES = 60_000;
const DAYS = 24 * 60 * MINUTES;

describe('a token', () => {
  it('says who, for what and how long, and is verified with the public key alone', async () => {
    const tokens = new Tokens(folder, clock);
    const token = await tokens.issue('ann', 'refresh', { colour: 'red' });
    const keys = (await tokens.publicKeys()) as unknown as Parameters<typeof createLocalJWKSet>[0];
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      currentDate: new Date(now),
    });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: keys.keys[0]?.kid, typ: 'JWT' });
    expect(payload).toEqual({
      sub: 'ann',
      aud: 'refresh',
      iss: 'autokrator',
      iat: now / 1000,
      exp: now / 1000 + 14 * 24 * 60 * 60,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      colour: 'red',
    });
    expect(Object.keys(keys.keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it.each([
    ['access', 5 * MINUTES],
    ['refresh', 14 * DAYS],
  ] as const)('for %s is good for its time and no longer', async (audience, lifetime) => {
    const tokens = new Tokens(folder, clock);
    const token = await tokens.issue('ann', audience, {});
    now += lifetime - 1000;
    expect(await tokens.verify(token, audience)).toMatchObject({ sub: 'ann' });
    now += 1000;
    expect(await tokens.verify(token, audience)).toBeUndefined();
  });

  it('for one use is not good for the other', async () => {
    const tokens = new Tokens(folder, clock);
    expect(await tokens.verify(await tokens.issue('ann', 'access', {}), 'refresh')).toBeUndefined();
    expect(await tokens.verify(await tokens.issue('ann', 'refresh', {}), 'access')).toBeUndefined();
  });

  it('that was altered, is signed by nobody or by somebody else, is none', async () => {
    const tokens = new Tokens(folder, clock);
    const token = await tokens.issue('ann', 'access', {});
    const [header = '', , signature = ''] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'bob' })).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const foreign = await new SignJWT(decodeJwt(token))
      .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'EdDSA' })
      .sign(generateKeyPairSync('ed25519').privateKey);
    const secret = await new SignJWT(decodeJwt(token))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(JSON.stringify(await tokens.publicKeys())));
    for (const forged of [
      `${header}.${claims}.${signature}`,
      `${none}.${claims}.`,
      foreign,
      secret,
      '',
      'x.y.z',
    ])
      expect(await tokens.verify(forged, 'access')).toBeUndefined();
  });

  it('is good at every instance of the machine, and after a restart', async () => {
    const many = Array.from({ length: 8 }, () => new Tokens(folder, clock));
    const issued = await Promise.all(many.map((tokens) => tokens.issue('ann', 'access', {})));
    const later = new Tokens(folder, clock);
    for (const token of issued) expect(await later.verify(token, 'access')).toMatchObject({ sub: 'ann' });
  });
});

describe('the key', () => {
  it('is the same for all who start at once, private, and nothing else stays', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, (_, n) => readOrMakeKey(folder, String(n))));
    const texts = made.map((key) => key.export({ type: 'pkcs8', format: 'pem' }));
    expect(new Set(texts).size).toBe(1);
    expect(await readdir(folder)).toEqual([KEY_FILE]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, KEY_FILE))).mode & 0o777).toBe(0o600);
  });

  it('that cannot be read is an error, and is never replaced', async () => {
    await readOrMakeKey(folder, 'a');
    await writeFile(join(folder, KEY_FILE), 'rubbish');
    const tokens = new Tokens(folder, clock);
    await expect(tokens.issue('ann', 'access', {})).rejects.toThrow();
    await rm(join(folder, KEY_FILE));
    expect(await tokens.issue('ann', 'access', {})).toMatch(/\./);
  });

  it('is not made before it is needed', async () => {
    new Tokens(folder, clock);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });
});
