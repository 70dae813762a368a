/**
 * Budgets of the running task. The engine counts work down in `fuel` and asks when it is used up; so a script is looked at
 * every so often, and also inside long library functions. What a budget ends, nothing of the script can catch.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import type { GlobalState, State } from './fengari-types.js';
import { BudgetExceeded, Kill } from './kill.js';
import { LOOK_EVERY, type Task } from './task.js';
import type { Budgets } from './vm.js';

interface Slice {
  readonly task: Task;
  readonly startedMs: number;
  /** what the process had computed when the slice was first looked at; undefined = not yet */
  computedMs: number | undefined;
}

export class Meter {
  readonly #global: GlobalState;
  /** slices of tasks, the innermost last: a host function may call back into Lua */
  readonly #slices: Slice[] = [];
  #granted = 0;

  constructor(
    main: State,
    private readonly budgets: Budgets,
  ) {
    this.#global = main.l_G;
    this.#global.outoffuel = () => this.#look();
    this.#global.stringmax = budgets.stringBytesMax;
    this.#global.toolong = (_L, length) =>
      kill(`a string of ${length} bytes is longer than the limit of ${budgets.stringBytesMax} bytes`);
  }

  /** `task` runs from here on, until `leave`. */
  enter(task: Task): void {
    this.#settle();
    this.#slices.push({ task, startedMs: performance.now(), computedMs: undefined });
    this.#grant();
  }

  leave(): void {
    this.#settle();
    this.#slices.pop();
    this.#grant();
  }

  /** Takes what was used of the fuel from the innermost task; then there is none until `#grant`. */
  #settle(): void {
    const task = this.#slices.at(-1)?.task;
    const used = this.#granted - this.#global.fuel;
    if (task !== undefined) {
      task.instructionsLeft -= used;
      task.untilLook -= used;
    }
    this.#granted = this.#global.fuel = 0;
  }

  #grant(): void {
    const task = this.#slices.at(-1)?.task;
    this.#granted =
      task === undefined ? LOOK_EVERY : Math.max(0, Math.min(task.untilLook, task.instructionsLeft));
    this.#global.fuel = this.#granted;
  }

  #look(): void {
    this.#settle();
    const slice = this.#slices.at(-1);
    if (slice !== undefined) {
      this.#check(slice);
      slice.task.untilLook = LOOK_EVERY;
    }
    this.#grant();
  }

  #check(slice: Slice): void {
    const { task, startedMs } = slice;
    const { instructionsMax, sliceMs, heapBytesMax } = this.budgets;
    slice.computedMs ??= computedMs();
    if (task.instructionsLeft <= 0)
      kill(`more than ${instructionsMax} instructions: an endless loop, or too much work for one call`);
    // A machine that is busy with others is not the script's fault.
    if (performance.now() - startedMs > sliceMs && computedMs() - slice.computedMs > sliceMs)
      kill(`ran longer than ${sliceMs} ms without a pause`);
    task.heapBase ??= heapBytes();
    if (heapBytes() - task.heapBase <= heapBytesMax) return;
    collectGarbage(); // what is only not collected yet must not be held against the task
    if (heapBytes() - task.heapBase > heapBytesMax) kill(`uses more than ${heapBytesMax} bytes of memory`);
  }
}

function kill(problem: string): never {
  throw new Kill(new BudgetExceeded(problem));
}

/** Processor time of the whole process, ms. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function heapBytes(): number {
  const { used_heap_size, external_memory } = v8.getHeapStatistics();
  return used_heap_size + external_memory;
}

/** The collector is not to be had otherwise from within the process. */
function garbageCollector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as () => void;
}

const collectGarbage = garbageCollector();
