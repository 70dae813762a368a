import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Json } from '../../common/protocol/messages.js';
import { type Context, HostError, type HostFunction, type LuaValue } from '../lua/vm.js';
import { isFields, jsonArgument, mistake, textArgument } from './arguments.js';
import { handlerOf } from './context.js';
import { AUDIENCES, type Audience, HOST_CLAIMS, type TokenPort } from './tokens.js';

/**
 * The global `auth`: passwords and tokens. A hash is the text `scrypt$N$r$p$salt$key` (base64): it carries its own parameters, so they
 * can be raised later and old hashes stay good. A hash of nil stands for a user that does not exist: it is verified as slowly
 * as every other, so that the time of an answer does not tell who exists. The work is done off the event loop: the coroutine waits, others go on.
 */
export function authApi(tokens: TokenPort): Readonly<Record<string, HostFunction>> {
  return {
    hash_password: async (_, password) => hashPassword(passwordArgument('auth:hash_password', password)),
    verify_password: async (_, password, hash) =>
      verifyPassword(
        passwordArgument('auth:verify_password', password),
        hash === undefined ? undefined : textArgument('auth:verify_password', 'hash', hash, HASH_BYTES_MAX),
      ),
    issue: async (context, claims) => {
      const { sub, aud, ...rest } = claimsArgument(claims);
      handlersOnly(context, 'auth:issue');
      const subject = textArgument('auth:issue', 'sub', sub, SUBJECT_BYTES_MAX);
      return tokens.issue(subject, audienceArgument('auth:issue', 'aud', aud), rest);
    },
    verify: async (context, token, audience) => {
      handlersOnly(context, 'auth:verify');
      const wanted = audienceArgument('auth:verify', 'audience', audience);
      // It comes from outside: whatever is no token is as good as a wrong one.
      if (typeof token !== 'string' || token.length > TOKEN_LENGTH_MAX) return undefined;
      return tokens.verify(token, wanted) as Promise<LuaValue>;
    },
  };
}

const SUBJECT_BYTES_MAX = 256;
/** far above what `issue` makes; beyond it nobody needs to look */
const TOKEN_LENGTH_MAX = 4096;

/** A signature at the top level would be another one at every instance and at every start. */
function handlersOnly(context: Context, call: string): void {
  if (handlerOf(context).mode === 'start') throw new HostError(`${call} works in handlers only`);
}

function audienceArgument(call: string, name: string, value: LuaValue): Audience {
  const audience = AUDIENCES.find((known) => known === value);
  if (audience === undefined) throw mistake(call, name, 'must be "access" or "refresh"', value);
  return audience;
}

function claimsArgument(claims: LuaValue): Readonly<Record<string, Json>> {
  if (!isFields(claims)) throw mistake('auth:issue', 'claims', 'must be a table with named fields', claims);
  const taken = HOST_CLAIMS.find((name) => name in claims);
  if (taken !== undefined) throw new HostError(`auth:issue: the claim ${taken} is the host's`);
  return jsonArgument('auth:issue', 'claims', claims, '') as Readonly<Record<string, Json>>;
}

/** about 60 ms and 32 MiB each */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
/** a stored hash that asks for more than this is refused: it would take the service's memory */
const COST_MAX = { N: 2 ** 17, r: 16, p: 4 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const PASSWORD_BYTES_MAX = 1024;
const HASH_BYTES_MAX = 512;
const HASH = /^scrypt\$(\d{1,7})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password.normalize('NFKC'), salt, KEY_BYTES, withMemory(COST));
  return formatted(salt, key);
}

function formatted(salt: Buffer, key: Buffer): string {
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Nobody's: no password derives to a key of nothing but zeros. */
const NOBODYS_HASH = formatted(Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

/** Compares in constant time. @throws HostError for a text that `hash_password` cannot have made */
async function verifyPassword(password: string, hash: string = NOBODYS_HASH): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = HASH.exec(hash) ?? [];
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const expected = Buffer.from(key, 'base64');
  // An empty key would be equal to every empty key: the length is part of the check.
  if (expected.length !== KEY_BYTES || !affordable(cost))
    throw new HostError('auth:verify_password: hash is not one that auth:hash_password made');
  const actual = await derive(
    password.normalize('NFKC'),
    Buffer.from(salt, 'base64'),
    KEY_BYTES,
    withMemory(cost),
  );
  return timingSafeEqual(actual, expected);
}

type Cost = { readonly N: number; readonly r: number; readonly p: number };

/** Parameters that scrypt takes (N is a power of two), within bounds. */
function affordable({ N, r, p }: Cost): boolean {
  return (
    Number.isInteger(Math.log2(N)) &&
    N > 1 &&
    N <= COST_MAX.N &&
    r > 0 &&
    r <= COST_MAX.r &&
    p > 0 &&
    p <= COST_MAX.p
  );
}

/** scrypt needs 128·N·r bytes and a little more; Node's own bound is lower. */
function withMemory(cost: Cost): ScryptOptions {
  return { ...cost, maxmem: 128 * cost.N * cost.r + 2 ** 20 };
}

function passwordArgument(call: string, value: LuaValue): string {
  return textArgument(call, 'password', value, PASSWORD_BYTES_MAX);
}
