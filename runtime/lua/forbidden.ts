/** What standard Lua has and a service has not, and what to use instead. Using it is an error that says so. */

const ADVICE = {
  io: 'write lines with log:info, keep state in redis',
  os: 'os has clock, date, difftime and time',
  debug: 'errors come with a traceback in the log',
  package: 'require("lib.name") loads lib/name.lua beside the script',
  load: 'require("lib.name") loads lib/name.lua beside the script',
  bytes: 'use string.format, string.byte and string.char',
} as const;

/** Tables that exist only to explain themselves. */
export const FORBIDDEN_LIBRARIES: Readonly<Record<string, string>> = {
  io: ADVICE.io,
  debug: ADVICE.debug,
  package: ADVICE.package,
};

/** By library; `_G` are the globals. */
export const FORBIDDEN_FUNCTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  _G: {
    collectgarbage: 'the host collects garbage, and ends a handler that uses too much memory',
    dofile: ADVICE.load,
    loadfile: ADVICE.load,
  },
  string: {
    dump: 'functions stay inside the script',
    pack: ADVICE.bytes,
    packsize: ADVICE.bytes,
    unpack: ADVICE.bytes,
  },
  os: {
    execute: ADVICE.os,
    exit: 'call error(…) to end a handler',
    getenv: ADVICE.os,
    remove: ADVICE.os,
    rename: ADVICE.os,
    setlocale: ADVICE.os,
    tmpname: ADVICE.os,
  },
};

/** `io.open is not available in services; write lines with …` */
export function forbidden(name: string, advice: string): string {
  return `${name} is not available in services; ${advice}`;
}
