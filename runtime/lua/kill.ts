/**
 * Ends a task whatever it does: the repaired engine passes an exception marked `uncatchable` through every protected call,
 * so no pcall, xpcall or coroutine of the script sees it. The task's promise is rejected with `reason`.
 */
export class Kill {
  readonly uncatchable = true;

  constructor(readonly reason: unknown) {}
}
