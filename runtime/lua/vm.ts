/**
 * The VM as the rest of the runtime sees it (the implementation lives beside this file). One VM runs one script. Values cross
 * the border as plain JavaScript JSON values:
 *
 *   Lua nil <-> undefined (null comes in as an absent key, in arrays as `json.null`; `json.null` leaves as null)
 *   Lua integer / float <-> number (safe integers are Lua integers); NaN and infinities cannot leave
 *   Lua string <-> string (UTF-8)     Lua table <-> array or object by the rules of lua-api.md
 *   Lua function -> LuaFunction, only as a direct argument of a host call
 */
export type LuaValue =
  | undefined
  | null
  | boolean
  | number
  | string
  | LuaValue[]
  | { [name: string]: LuaValue }
  | LuaFunction;

/** A handle on a Lua function; stays valid as long as the VM. */
export interface LuaFunction {
  readonly luaFunction: true;
  /** `accounts.lua:12`, where it was defined */
  readonly where: string;
}

/** Whatever the caller of `call` passed; host functions get it back: it identifies the running handler. */
export type Context = unknown;

/**
 * A function that Lua can call. Throwing (or rejecting with) a HostError raises a Lua error at the script's line, which the
 * script may catch. A Promise suspends the coroutine until it settles; other coroutines go on. A plain value returns at once.
 * Several results: return a `Results`.
 */
export type HostFunction = (
  context: Context,
  ...args: LuaValue[]
) => LuaValue | Results | Promise<LuaValue | Results>;

export class Results {
  constructor(readonly values: readonly LuaValue[]) {}
}

/** A mistake of the script in using the host's API: the message goes to the script with file and line in front. */
export class HostError extends Error {}

/**
 * Thrown (or rejected with) by a host function to end the handler for good: no pcall or xpcall of the script can catch it,
 * and `call` rejects with this very object. For conflicts, lost connections, shutdown.
 */
export class Abort extends Error {}

export interface ScriptErrorDetails {
  /** `syntax`, `runtime`, `budget` (instructions, time or memory), `conversion` (a value that cannot cross) */
  readonly kind: 'syntax' | 'runtime' | 'budget' | 'conversion';
  /** with file and line where there is one: `accounts.lua:12: …` */
  readonly message: string;
  readonly traceback: string;
}

export class ScriptError extends Error {
  constructor(readonly details: ScriptErrorDetails) {
    super(details.message);
    this.name = 'ScriptError';
  }
}

export interface Budgets {
  /** VM instructions per call */
  readonly instructionsMax: number;
  /** time inside Lua between two waits, ms: by the clock, and of computing, so that a busy machine ends nobody */
  readonly sliceMs: number;
  /** bytes that one string may have */
  readonly stringBytesMax: number;
  /** growth of the heap during one call that ends it, bytes */
  readonly heapBytesMax: number;
}

export interface VmOptions {
  /** absolute path of the script; `require("lib.money")` loads `lib/money.lua` beside it and nothing outside this folder */
  readonly file: string;
  /**
   * Host globals. `{bus: {send: f}}` makes the table `bus`; its functions may be called `bus:send(…)` or `bus.send(…)`: a first
   * argument that is the table itself is dropped. A plain value (number, string) becomes a plain global (`HTTP_OK`).
   */
  readonly globals: Readonly<Record<string, Readonly<Record<string, HostFunction>> | number | string>>;
  /** the instant that `os.time`, `os.date` and `os.clock` go by, Unix ms */
  readonly now: (context: Context) => number;
  readonly random: () => number;
  /** where lines of `print` go; absent = nowhere */
  readonly print?: (context: Context, line: string) => void;
  readonly budgets: Budgets;
}

export interface Vm {
  /**
   * Runs the top level of the script with this context, then freezes the globals.
   * @throws ScriptError
   */
  start(context: Context): Promise<void>;

  /**
   * Calls a Lua function in a coroutine of its own and resolves with what it returned (converted).
   * Rejects with ScriptError, or with the Abort that ended it.
   */
  call(fn: LuaFunction, args: readonly LuaValue[], context: Context): Promise<LuaValue[]>;

  /** Handlers that have started and not ended, for "stuck handler" reports. */
  running(): readonly { readonly where: string; readonly traceback: string }[];

  close(): void;
}
