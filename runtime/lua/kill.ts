/**
 * Ends a task whatever it does: the repaired engine passes an exception marked `uncatchable` through every protected call,
 * so no pcall, xpcall or coroutine of the script sees it.
 */
export class Kill {
  readonly uncatchable = true;

  constructor(
    /** what the task is rejected with; of a BudgetExceeded the runner makes a ScriptError */
    readonly reason: unknown,
  ) {}
}

/** Thrown deep inside the script, where there may be no room left on the stack: place and traceback are made when it arrives. */
export class BudgetExceeded {
  constructor(readonly problem: string) {}
}
