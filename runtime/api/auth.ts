import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { HostError, type HostFunction, type LuaValue } from '../lua/vm.js';
import { textArgument } from './arguments.js';

/**
 * The global `auth`: passwords. A hash is the text `scrypt$N$r$p$salt$key` (base64): it carries its own parameters, so they
 * can be raised later and old hashes stay good. The work is done off the event loop: the coroutine waits, others go on.
 */
export function authApi(): Readonly<Record<string, HostFunction>> {
  return {
    hash_password: async (_, password) => hashPassword(passwordArgument('auth:hash_password', password)),
    verify_password: async (_, password, hash) =>
      verifyPassword(
        passwordArgument('auth:verify_password', password),
        textArgument('auth:verify_password', 'hash', hash, HASH_BYTES_MAX),
      ),
  };
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
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Compares in constant time. @throws HostError for a text that `hash_password` cannot have made */
async function verifyPassword(password: string, hash: string): Promise<boolean> {
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
