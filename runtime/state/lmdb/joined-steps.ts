import type { Clock } from '../../../common/clock.js';
import { StateStoreError } from '../state-store.js';
import type { Environment } from './environment.js';
import { LmdbItems } from './lmdb-items.js';

/** Something done to the items at one instant. What it throws undoes it. */
export interface Step {
  readonly writes: boolean;
  run(items: LmdbItems): unknown;
}

interface Waiting extends Step {
  readonly resolve: (outcome: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Steps that are asked for in one turn of the event loop, done in one transaction at the end of it: to begin and end one, and
 * to see that its files are still there, costs several times what a step does.
 *
 * Invariants
 * - Each step is one of its own: it sees those before it, in the order in which they were asked for, and whether it goes through says
 *   nothing about its neighbours. Only when the store itself fails, all of them fail.
 * - A step is answered when its transaction has ended.
 */
export class JoinedSteps {
  #waiting: Waiting[] = [];
  #turn: NodeJS.Immediate | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /** @throws StateStoreError, RangeError: by rejection */
  add<T>(step: { readonly writes: boolean; run(items: LmdbItems): T }): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...step, resolve: resolve as (outcome: unknown) => void, reject });
      this.#turn ??= setImmediate(() => this.now());
    });
  }

  /** Does what is waiting without waiting for the end of the turn. */
  now(): void {
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
    const steps = this.#waiting;
    this.#waiting = [];
    this.#together(steps);
  }

  #together(steps: readonly Waiting[]): void {
    if (steps.length === 0) return;
    let outcomes: unknown[];
    try {
      outcomes = this.#transaction(steps);
    } catch (error) {
      // A step that fails may have done a part of what it wanted; undone is the transaction as a whole.
      if (steps.length > 1 && isTheStepsOwn(error)) for (const step of steps) this.#together([step]);
      else for (const { reject } of steps) reject(error);
      return;
    }
    for (const [at, { resolve }] of steps.entries()) resolve(outcomes[at]);
  }

  #transaction(steps: readonly Waiting[]): unknown[] {
    if (!steps.some(({ writes }) => writes))
      return this.environment.check((database) => {
        const items = new LmdbItems(database, this.clock.now());
        return steps.map((step) => step.run(items));
      });
    return this.environment.write((database) => {
      const items = new LmdbItems(database, this.clock.now());
      const outcomes = steps.map((step) => step.run(items));
      items.removeSomeExpired();
      return outcomes;
    });
  }
}

function isTheStepsOwn(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof StateStoreError && error.code === 'wrong_type');
}
