import { ScriptError } from '../../lua/vm.js';
import type { RouteAnswer, RouteCall, RouteOutcome } from '../types.js';
import { StateLost, StateSetBack, StateUnavailable } from './aborts.js';
import { fingerprint, parseAnswer, routeAnswer } from './answers.js';
import { Overdue } from './job.js';
import { covers, parseMark } from './marks.js';
import { isForAnother } from './once.js';
import type { Outbox } from './outbox.js';
import { BusAway, CallUnderWay, failure, type RouteFailure } from './route-call.js';
import type { LiveParts } from './service-parts.js';
import { stateHandler } from './subscriptions.js';
import type { Transactor } from './transactor.js';
import type { Receipts, Result } from './work.js';

/** How long after its own deadline a call is answered for, ms: the call itself knows better what it was waiting for. */
const LATE_MS = 50;

/**
 * Answers route calls: each is a handler transaction of its own, and its answer leaves after its commit.
 *
 * When the bus is away, a call that sends waits for it (bounded) before anything is committed: an error then means that
 * nothing has happened. If the connection breaks after the batch was sent, the batch is sent again under its id until it is
 * answered, whoever waits for it: it is finished, not withdrawn, and stands only if it is still right (`seen`). A caller who
 * gets `bus_unavailable` in that case is told that the outcome is unknown; with an Idempotency-Key it can ask again, and gets
 * the answer of the one call.
 */
export class Routes {
  /** calls under way by Idempotency-Key: the same key waits for the first one */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(
    private readonly parts: LiveParts,
    private readonly transactor: Transactor,
    private readonly outbox: Outbox,
  ) {}

  /** Resolves in bounded time, whatever is away. */
  async call(call: RouteCall): Promise<RouteOutcome> {
    const underWay = new CallUnderWay(call, this.parts);
    const answered = this.#inTurn(underWay).catch((error: unknown) => this.#failed(underWay, error));
    let cancel = () => {};
    const late = new Promise<RouteOutcome>((resolve) => {
      cancel = this.parts.timers.after(this.parts.limits.routeMs + LATE_MS, () => resolve(underWay.late()));
    });
    const outcome = await Promise.race([answered, late]);
    cancel();
    this.parts.counters[outcome.kind === 'answer' ? 'routes_answered' : 'routes_failed']++;
    return outcome;
  }

  async #inTurn(underWay: CallUnderWay): Promise<RouteOutcome> {
    const key = underWay.call.idempotencyKey;
    if (key === undefined) return (await this.#run(underWay)) ?? UNKNOWN;
    for (let first = this.#underWay.get(key); first; first = this.#underWay.get(key))
      await first.catch(() => {});
    const running = this.#once(underWay, key);
    this.#underWay.set(key, running);
    return running.finally(() => this.#underWay.delete(key));
  }

  /** The stored answer, or a run that stores one; again if another instance was quicker, or a refused run was taken back. */
  async #once(underWay: CallUnderWay, key: string): Promise<RouteOutcome> {
    for (;;) {
      underWay.job.check();
      const text = await this.parts.state.text('answer', key);
      if (text === undefined) {
        const outcome = await this.#run(underWay);
        if (outcome) return outcome;
        continue;
      }
      const stored = parseAnswer(text);
      if (stored.fingerprint !== fingerprint(underWay.call.request))
        return failure('key_reused', 'this Idempotency-Key was used for another request');
      await this.#finish(stored.entry, underWay);
      // A refused batch takes its answer with it.
      if ((await this.parts.state.text('answer', key)) !== text) continue;
      this.parts.counters.routes_replayed++;
      return { kind: 'answer', answer: routeAnswer(stored), replayed: true };
    }
  }

  /** The batch of a stored answer may have been left in the outbox by a process that died. */
  async #finish(entry: string, underWay: CallUnderWay): Promise<void> {
    const open = await this.outbox.find(entry);
    if (!open) return;
    await underWay.busReady();
    const settled = await this.outbox.settle(open, undefined, underWay.job);
    if (settled.kind === 'left')
      throw new BusAway('the bus did not answer; send again with the same Idempotency-Key');
  }

  /** @returns undefined if somebody else has finished its outbox entry, or has stored an answer under its key */
  async #run(underWay: CallUnderWay): Promise<RouteOutcome | undefined> {
    const result = await this.transactor.run(underWay.work(), underWay.job);
    switch (result.kind) {
      case 'done':
        await this.#applied(result, underWay);
        return { kind: 'answer', answer: result.value, replayed: false };
      case 'refused':
        if (result.code === 'repeated') return doneBefore(result, underWay.call);
        throw new Error(`the bus refuses what this handler sent (${result.code}): ${result.message}`);
      case 'contended':
        return failure('conflict', 'others kept changing what this request depends on');
      case 'left':
        return UNKNOWN;
      case 'raced':
      case 'covered':
        return undefined;
    }
  }

  /** A caller reads its own writes: the answer waits, for a while, until the events of this call are applied here. */
  async #applied(
    { receipts }: Extract<Result<RouteAnswer>, { kind: 'done' }>,
    underWay: CallUnderWay,
  ): Promise<void> {
    if (!underWay.call.waitApplied) return;
    const { watch, limits, log } = this.parts;
    const until = this.parts.clock.now() + limits.appliedWaitMs;
    try {
      for (const { key, value } of this.#comingBack(receipts, underWay)) {
        const left = until - this.parts.clock.now();
        const enough = (text: string | undefined) => covers(parseMark(text), value);
        await watch.until({ space: 'mark', key, enough }, left, underWay.job);
      }
    } catch (error) {
      // It was carried out; only the waiting failed.
      log.debug({ error }, 'answered before the events of the call were applied');
    }
  }

  #comingBack(receipts: Receipts, { sends }: CallUnderWay): Receipts {
    return receipts.filter((_, n) => {
      const handlers = this.parts.model.types.get(sends[n]?.type ?? '');
      return handlers && (stateHandler(handlers) ?? handlers.listener);
    });
  }

  #failed(underWay: CallUnderWay, error: unknown): RouteFailure {
    if (error instanceof Overdue && underWay.busyWith !== 'the handler') return underWay.late();
    if (error instanceof BusAway) return failure('bus_unavailable', error.message);
    if (error instanceof StateUnavailable) {
      this.parts.trouble(error);
      return failure('state_unavailable', 'the state store cannot be reached');
    }
    if (error instanceof StateLost || error instanceof StateSetBack) {
      this.parts.trouble(error);
      return failure('rebuilding', 'the state is being rebuilt');
    }
    const errorId = this.parts.ids();
    const { method, url } = underWay.call.request;
    const traceback = error instanceof ScriptError ? error.details.traceback : undefined;
    this.parts.log.error({ errorId, method, url, error, traceback }, 'a route failed');
    return failure('handler_failed', 'the handler of this route failed', errorId);
  }
}

/** The bus has a batch of this key, of which the state knows nothing any more: this run was taken back. */
function doneBefore(
  { message, acceptedAs = '' }: Extract<Result<RouteAnswer>, { kind: 'refused' }>,
  { request }: RouteCall,
): RouteFailure {
  return isForAnother(acceptedAs, fingerprint(request))
    ? failure('key_reused', 'this Idempotency-Key was used for another request')
    : failure('repeated', `this request was ${message}; its answer was lost with the state`);
}

const UNKNOWN = failure(
  'bus_unavailable',
  'the bus has not answered; it is not known whether the request was carried out',
);
