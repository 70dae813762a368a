import type { Logger } from '../../../common/log.js';
import { ScriptError } from '../../lua/vm.js';
import type { StateStore } from '../../state/state-store.js';
import { RunContext } from '../engine/context.js';
import { Job } from '../engine/job.js';
import { DEFAULT_ENGINE_LIMITS } from '../engine/options.js';
import { failure } from '../engine/route-call.js';
import { Transaction } from '../engine/transaction.js';
import type { Engine, EngineState, RouteCall, RouteOutcome } from '../types.js';
import type { Fold, PastPoint } from './fold.js';
import { HANDLER_TIME } from './handler-time.js';
import type { PastClock } from './past-clock.js';

export interface PastEngineParts {
  readonly store: StateStore;
  readonly clock: PastClock;
  readonly fold: Pick<Fold, 'progress'>;
  readonly log: Logger;
  readonly newId: () => string;
}

/**
 * Answers routes from a state as it was. While the state is built it is `rebuilding`; after that it never changes again, so what a
 * handler reads needs no check. A handler that writes or sends fails.
 */
export class PastEngine implements Pick<Engine, 'route' | 'state' | 'counters'> {
  /** undefined until the state is built */
  point: PastPoint | undefined;
  #answered = 0;
  #failed = 0;

  constructor(private readonly parts: PastEngineParts) {}

  state(): EngineState {
    if (this.point !== undefined) return { kind: 'live' };
    return { kind: 'rebuilding', ...this.parts.fold.progress, here: true };
  }

  counters(): Readonly<Record<string, number>> {
    return { routes_answered: this.#answered, routes_failed: this.#failed };
  }

  async route(call: RouteCall): Promise<RouteOutcome> {
    if (this.point === undefined) return failure('rebuilding', 'the state as it was is being built');
    try {
      const answer = await this.#run(call);
      this.#answered += 1;
      return { kind: 'answer', answer, replayed: false };
    } catch (error) {
      this.#failed += 1;
      return this.#told(call, error);
    }
  }

  #run({ handler, request, correlation }: RouteCall) {
    const { store, clock } = this.parts;
    const transaction = new Transaction(store, clock);
    const occasion = { now: clock.now(), correlation, causation: undefined };
    const context = new RunContext('past', transaction, [], occasion);
    return new Job(HANDLER_TIME, DEFAULT_ENGINE_LIMITS.routeMs)
      .run(
        () => handler(context, request),
        (reason) => transaction.close(reason),
      )
      .finally(() => transaction.close());
  }

  #told({ request: { method, url } }: RouteCall, error: unknown): RouteOutcome {
    const errorId = this.parts.newId();
    const traceback = error instanceof ScriptError ? error.details.traceback : undefined;
    this.parts.log.error({ errorId, method, url, error, traceback }, 'a route failed');
    return failure('handler_failed', 'the handler of this route failed', errorId);
  }
}
