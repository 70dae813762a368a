import { definition } from './conversion.js';
import type { State, TValue } from './fengari-types.js';
import type { Context, LuaValue, Results } from './vm.js';

/** VM instructions between two looks of the meter: about 40 µs. */
export const LOOK_EVERY = 1000;

/** What a wait came to. */
export type Outcome =
  | { readonly ok: true; readonly value: LuaValue | Results }
  | { readonly ok: false; readonly error: unknown };

/** One call of a Lua function by the host: a coroutine with its budget, its wait, and whom to tell at the end. */
export class Task {
  /**
   * The task's own coroutine and, inwards, the script's coroutines that it is resuming: the last one runs, or called the
   * host function that is being waited for.
   */
  readonly chain: State[];
  /** the promise that the task must wait for before it goes on */
  wait: Promise<LuaValue | Results> | null = null;
  /** what that promise came to; read by the host function's continuation */
  outcome: Outcome | null = null;
  /** resumed from where a coroutine cannot be suspended (a comparator, a gsub callback): no waits in here */
  pinned = false;
  /** instructions before the meter looks at it again */
  untilLook = LOOK_EVERY;
  /** the heap when the meter first looked at it, bytes */
  heapBase: number | undefined;

  constructor(
    /** the task's own coroutine */
    readonly coroutine: State,
    readonly context: Context,
    /** the called function */
    private readonly fn: TValue,
    /** VM instructions that it may still use */
    public instructionsLeft: number,
    readonly resolve: (results: LuaValue[]) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.chain = [coroutine];
  }

  /** where the called function was defined */
  get where(): string {
    return definition(this.fn);
  }
}
