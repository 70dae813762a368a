/**
 * The global `os`, as far as services have it: clock, date, difftime, time. Time is the host's, the same during a whole
 * handler, and always UTC: instances in different places must agree.
 */
import { bytes, internals, lauxlib, lua, text } from './engine.js';
import { raise } from './errors.js';
import type { LuaCFunction, State } from './fengari-types.js';

/** Bytes of a format for `os.date`: the longest conversion gives twelve times as much as it takes, and nobody writes more. */
const FORMAT_BYTES_MAX = 256;

/** @param nowMs the instant of the running handler, Unix ms */
export function osFunctions(nowMs: () => number): Record<string, LuaCFunction> {
  let startMs: number | undefined;
  return {
    clock: (L) => {
      startMs ??= nowMs();
      lua.lua_pushnumber(L, (nowMs() - startMs) / 1000);
      return 1;
    },
    difftime: (L) => {
      lua.lua_pushnumber(L, lauxlib.luaL_checknumber(L, 1) - lauxlib.luaL_optnumber(L, 2, 0));
      return 1;
    },
    time: (L) => {
      const seconds = lua.lua_isnoneornil(L, 1) ? Math.floor(nowMs() / 1000) : secondsOf(L);
      lua.lua_pushinteger(L, seconds);
      return 1;
    },
    date: (L) => {
      const format = dateFormat(L);
      const seconds = lua.lua_isnoneornil(L, 2)
        ? Math.floor(nowMs() / 1000)
        : lauxlib.luaL_checkinteger(L, 2);
      const date = new Date(seconds * 1000);
      if (Number.isNaN(date.getTime())) raise(L, `os.date: ${seconds} is too far away`);
      if (format.startsWith('*t')) pushFields(L, date);
      else lua.lua_pushstring(L, bytes(formatted(L, format, date)));
      return 1;
    },
  };
}

/** The first argument of `os.date`, without the `!`: everything is UTC. */
function dateFormat(L: State): string {
  const format = lauxlib.luaL_optstring(L, 1, bytes('%c'));
  if (format.length > FORMAT_BYTES_MAX)
    raise(L, `os.date: a format of ${format.length} bytes is longer than ${FORMAT_BYTES_MAX} bytes`);
  internals.charge(L, format.length * 8); // measured: a conversion of two bytes takes as long as 10 to 20 instructions
  return text(format).replace(/^!/, '');
}

/** The Unix time of a table {year, month, day, hour = 12, min = 0, sec = 0}; fields may be out of their range, as in C. */
function secondsOf(L: State): number {
  lauxlib.luaL_checktype(L, 1, lua.LUA_TTABLE);
  const field = (name: string, otherwise?: number): number => {
    const type = lua.lua_getfield(L, 1, bytes(name));
    if (type === lua.LUA_TNIL && otherwise === undefined)
      raise(L, `os.time: field '${name}' is missing in the table`);
    const value = type === lua.LUA_TNIL ? otherwise! : lua.lua_tonumber(L, -1);
    if (!Number.isInteger(value)) raise(L, `os.time: field '${name}' must be a whole number`);
    lua.lua_pop(L, 1);
    return value;
  };
  const [year, month, day] = [field('year'), field('month'), field('day')];
  const [hour, min, sec] = [field('hour', 12), field('min', 0), field('sec', 0)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, min, sec);
  const seconds = date.getTime() / 1000;
  return Number.isNaN(seconds) ? raise(L, 'os.time: the date is too far away') : seconds;
}

function pushFields(L: State, date: Date): void {
  const fields: readonly (readonly [string, number])[] = [
    ['year', date.getUTCFullYear()],
    ['month', date.getUTCMonth() + 1],
    ['day', date.getUTCDate()],
    ['hour', date.getUTCHours()],
    ['min', date.getUTCMinutes()],
    ['sec', date.getUTCSeconds()],
    ['wday', date.getUTCDay() + 1],
    ['yday', dayOfYear(date)],
  ];
  lua.lua_createtable(L, 0, fields.length + 1);
  for (const [name, value] of fields) {
    lua.lua_pushinteger(L, value);
    lua.lua_setfield(L, -2, bytes(name));
  }
  lua.lua_pushboolean(L, false);
  lua.lua_setfield(L, -2, bytes('isdst'));
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const two = (n: number): string => String(n).padStart(2, '0');

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** The conversions of C's strftime in the C locale. */
const CONVERSIONS: Readonly<Record<string, string | ((date: Date) => string)>> = {
  a: (date) => DAYS[date.getUTCDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getUTCDay()]!,
  b: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getUTCMonth()]!,
  c: '%a %b %e %H:%M:%S %Y',
  C: (date) => two(Math.floor(date.getUTCFullYear() / 100)),
  d: (date) => two(date.getUTCDate()),
  D: '%m/%d/%y',
  e: (date) => String(date.getUTCDate()).padStart(2),
  F: '%Y-%m-%d',
  h: '%b',
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(((date.getUTCHours() + 11) % 12) + 1),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  m: (date) => two(date.getUTCMonth() + 1),
  M: (date) => two(date.getUTCMinutes()),
  n: () => '\n',
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  r: '%I:%M:%S %p',
  R: '%H:%M',
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => two(date.getUTCSeconds()),
  t: () => '\t',
  T: '%H:%M:%S',
  u: (date) => String(date.getUTCDay() || 7),
  w: (date) => String(date.getUTCDay()),
  x: '%D',
  X: '%T',
  y: (date) => two(date.getUTCFullYear() % 100),
  Y: (date) => String(date.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
};

function formatted(L: State, format: string, date: Date): string {
  return format.replace(/%(.?)/gs, (item, letter: string) => {
    const conversion = CONVERSIONS[letter];
    if (conversion === undefined) return raise(L, `os.date: there is no conversion '${item}'`);
    return typeof conversion === 'string' ? formatted(L, conversion, date) : conversion(date);
  });
}
