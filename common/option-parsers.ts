/** Values as people write them in options: whole numbers, lists, durations, sizes, addresses. Each parser throws an Error that says what is due. */
import { USER_NAME } from './user-name.js';

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `250ms`, `10s`, `1.5m`, `2h`, `7d`; a plain number is milliseconds. Returns whole milliseconds. */
export function parseDuration(text: string): number {
  const duration = withUnit(text, DURATION_UNITS_MS);
  if (duration === undefined) throw new Error('must be a duration, such as 250ms, 10s, 5m or 2h');
  return duration;
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** `4096`, `64KiB`, `1MiB`, `2GB`. Returns whole bytes. */
export function parseBytes(text: string): number {
  const bytes = withUnit(text, BYTE_UNITS);
  if (bytes === undefined) throw new Error('must be a number of bytes, such as 4096, 64KiB or 1MiB');
  return bytes;
}

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  const amount = Math.round(Number(digits) * units[unit]!);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

export interface Address {
  /** a name or a number; an IPv6 number without its brackets */
  readonly host: string;
  /** 0 = any free port */
  readonly port: number;
}

/** `localhost:8081`, `0.0.0.0:80`, `[::1]:8081` */
export function parseAddress(text: string): Address {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new Error('must be an address with a port, such as localhost:8081');
  }
  return { host, port };
}

/** A parser of whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
      throw new Error(`must be a whole number, ${range}`);
    }
    return value;
  };
}

/** `users, accounts` → `['users', 'accounts']` */
export function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** `ada,grace`: names as users have them. */
export function parseUserNames(text: string): readonly string[] {
  const names = parseList(text);
  for (const name of names)
    if (!USER_NAME.test(name))
      throw new Error(`must be names of letters, digits, dot, dash and underscore; ${name} is none`);
  return names;
}
