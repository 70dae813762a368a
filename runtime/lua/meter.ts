/**
 * Budgets of the running task. The engine counts work down in `fuel` and asks when it is used up; so a script is looked at
 * every `FUEL` instructions, and also inside long library functions. What a budget ends, nothing of the script can catch.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import type { GlobalState, State } from './fengari-types.js';
import { BudgetExceeded, Kill } from './kill.js';
import type { Task } from './task.js';
import type { Budgets } from './vm.js';

/** instructions between two looks: about 40 µs */
const FUEL = 1000;

interface Slice {
  readonly task: Task;
  readonly startedMs: number;
  /** heap at the first look of this slice; undefined before it */
  heapBase: number | undefined;
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
      this.#kill(`a string of ${length} bytes is longer than the limit of ${budgets.stringBytesMax} bytes`);
  }

  /** `task` runs from here on, until `leave`. */
  enter(task: Task): void {
    this.#settle();
    this.#slices.push({ task, startedMs: performance.now(), heapBase: undefined });
    this.#grant();
  }

  leave(): void {
    this.#settle();
    const slice = this.#slices.pop()!;
    if (slice.heapBase !== undefined) slice.task.heapGrown += Math.max(0, heapBytes() - slice.heapBase);
    this.#grant();
  }

  #settle(): void {
    const slice = this.#slices.at(-1);
    if (slice !== undefined) slice.task.instructionsLeft -= this.#granted - this.#global.fuel;
    this.#granted = this.#global.fuel = 0;
  }

  #grant(): void {
    const slice = this.#slices.at(-1);
    this.#granted = slice === undefined ? FUEL : Math.max(0, Math.min(FUEL, slice.task.instructionsLeft));
    this.#global.fuel = this.#granted;
  }

  #look(): void {
    this.#settle();
    const slice = this.#slices.at(-1);
    if (slice !== undefined) {
      const { instructionsMax, sliceMs } = this.budgets;
      if (slice.task.instructionsLeft <= 0)
        this.#kill(
          `more than ${instructionsMax} instructions: an endless loop, or too much work for one call`,
        );
      if (performance.now() - slice.startedMs > sliceMs)
        this.#kill(`ran longer than ${sliceMs} ms without a pause`);
      this.#checkHeap(slice);
    }
    this.#grant();
  }

  /** Garbage counts as growth until it is collected: so before a task is ended for its heap, garbage is collected. */
  #checkHeap(slice: Slice): void {
    const used = heapBytes();
    slice.heapBase ??= used;
    const { heapBytesMax } = this.budgets;
    if (slice.task.heapGrown + used - slice.heapBase <= heapBytesMax) return;
    collectGarbage();
    const kept = slice.task.heapGrown + heapBytes() - slice.heapBase;
    if (kept > heapBytesMax) this.#kill(`uses more than ${heapBytesMax} bytes of memory`);
  }

  #kill(problem: string): never {
    throw new Kill(new BudgetExceeded(problem));
  }
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
