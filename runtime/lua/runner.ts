/**
 * Runs tasks. Lua runs in slices: from the start, or from the end of a wait, to the next wait or the end. Within a slice
 * nothing else of the VM runs, except what a host function calls back; between slices any other task may.
 */
import { ConversionError } from './conversion.js';
import { lua, pushValue } from './engine.js';
import { budgetError, raise, raiseNative, scriptError, traceback } from './errors.js';
import type { State, TValue } from './fengari-types.js';
import { BudgetExceeded, Kill } from './kill.js';
import { Meter } from './meter.js';
import { type Outcome, Task } from './task.js';
import type { ValuesOut } from './values-out.js';
import { Abort, type Budgets, type Context, type LuaValue, type Results, ScriptError } from './vm.js';

export class Runner {
  readonly tasks = new Set<Task>();
  readonly #meter: Meter;
  #current: Task | null = null;
  #closed = false;

  constructor(
    private readonly main: State,
    private readonly budgets: Budgets,
    private readonly valuesOut: ValuesOut,
  ) {
    this.#meter = new Meter(main, budgets);
    lua.lua_atnativeerror(main, raiseNative);
  }

  /** The task whose slice this is. */
  get current(): Task {
    if (this.#current === null) throw new Error('Lua runs outside a task');
    return this.#current;
  }

  /** Calls a function in a coroutine of its own; see `Vm.call`. */
  run(fn: TValue, args: readonly TValue[], context: Context): Promise<LuaValue[]> {
    if (this.#closed) return Promise.reject(new Abort('the VM is closed'));
    return new Promise((resolve, reject) => {
      const coroutine = lua.lua_newthread(this.main);
      lua.lua_settop(this.main, 0);
      const { instructionsMax } = this.budgets;
      const task = new Task(coroutine, context, fn, instructionsMax, resolve, reject);
      this.tasks.add(task);
      pushValue(coroutine, fn);
      for (const arg of args) pushValue(coroutine, arg);
      this.#slice(task, args.length);
    });
  }

  /**
   * Called by a host function whose answer is not there yet: suspends the running task until the promise settles. `k` goes
   * on then, in the same coroutine, with the outcome in the task. To be returned: `return runner.wait(…)`.
   */
  wait(L: State, promise: Promise<LuaValue | Results>, name: string, k: (L: State) => number): number {
    const task = this.current;
    if (L.nny > 0 || task.pinned) {
      promise.catch(() => undefined); // the handler has failed by then; nobody is left to tell
      raise(
        L,
        `${name} cannot wait here, inside a callback of a library function (table.sort, string.gsub, __tostring …); call it before`,
      );
    }
    task.wait = promise;
    lua.lua_settop(L, 0);
    return lua.lua_yieldk(L, 0, null, k);
  }

  /** "Where is this handler stuck" for every task that has not ended. */
  running(): { where: string; traceback: string }[] {
    return [...this.tasks].map((task) => ({
      where: task.where,
      traceback: traceback(this.main, task.chain),
    }));
  }

  /** Ends every waiting task with an Abort; nothing runs afterwards. */
  close(): void {
    this.#closed = true;
    for (const task of [...this.tasks]) this.#end(task, () => task.reject(new Abort('the VM is closed')));
  }

  #slice(task: Task, nargs: number): void {
    const slice = this.#metered(task, () => lua.lua_resume(task.coroutine, null, nargs));
    if ('thrown' in slice) this.#fail(task, slice.thrown);
    else if (slice.value === lua.LUA_YIELD) this.#sleep(task);
    else if (slice.value === lua.LUA_OK) this.#finish(task);
    else this.#finishFailed(task);
  }

  /** Work on the task's budget: a slice, or the conversion of what it ended with. */
  #metered<T>(task: Task, work: () => T): { value: T } | { thrown: unknown } {
    const before = this.#current;
    this.#current = task;
    this.#meter.enter(task);
    try {
      return { value: work() };
    } catch (thrown) {
      return { thrown };
    } finally {
      this.#meter.leave();
      this.#current = before;
    }
  }

  #reason(task: Task, thrown: unknown): unknown {
    const reason = thrown instanceof Kill ? thrown.reason : thrown;
    return reason instanceof BudgetExceeded ? budgetError(this.main, task, reason.problem) : reason;
  }

  #sleep(task: Task): void {
    const promise = task.wait;
    if (promise === null) throw new Error('a task was suspended without a wait');
    promise.then(
      (value) => this.#wake(task, { ok: true, value }),
      (error: unknown) => this.#wake(task, { ok: false, error }),
    );
  }

  #wake(task: Task, outcome: Outcome): void {
    if (!this.tasks.has(task)) return; // closed meanwhile
    task.wait = null;
    task.outcome = outcome;
    this.#slice(task, 0);
  }

  #finish(task: Task): void {
    const results = this.#metered(task, () => this.#results(task));
    if ('thrown' in results) this.#fail(task, results.thrown);
    else this.#end(task, () => task.resolve(results.value));
  }

  #finishFailed(task: Task): void {
    const error = this.#metered(task, () => scriptError(this.main, task, this.valuesOut));
    this.#fail(task, 'thrown' in error ? error.thrown : error.value);
  }

  #results(task: Task): LuaValue[] {
    const { coroutine } = task;
    const results: LuaValue[] = [];
    try {
      for (let index = 1; index < coroutine.top; index++)
        results.push(this.valuesOut.convert(coroutine.stack[index]!));
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      const message = `${task.where}: result ${results.length + 1} of the function: ${error.message}`;
      throw new ScriptError({ kind: 'conversion', message, traceback: '' });
    }
    return results;
  }

  #fail(task: Task, thrown: unknown): void {
    this.#end(task, () => task.reject(this.#reason(task, thrown)));
  }

  #end(task: Task, tell: () => void): void {
    this.tasks.delete(task);
    tell();
  }
}
