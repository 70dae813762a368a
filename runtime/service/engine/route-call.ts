import type { RouteAnswer, RouteCall, RouteOutcome } from '../types.js';
import { fingerprint, keepAnswer, type StoredAnswer } from './answers.js';
import { RunContext, type Send } from './context.js';
import { Job } from './job.js';
import { nameForRequest } from './once.js';
import type { LiveParts } from './service-parts.js';
import type { Transaction } from './transaction.js';
import type { Handled, Work } from './work.js';

export type RouteFailure = Extract<RouteOutcome, { kind: 'error' }>;

export function failure(code: RouteFailure['code'], message: string, errorId?: string): RouteFailure {
  return { kind: 'error', code, message, ...(errorId !== undefined && { errorId }) };
}

/** The bus cannot be reached. `message` says whether anything may have happened. */
export class BusAway extends Error {
  override readonly name = 'BusAway';
}

/** How often a call that wants to send looks whether the bus is back, ms. */
const BUS_POLL_MS = 20;

/** One route call on its way: its work for the transactor, and what it is busy with, for an honest answer when time is up. */
export class CallUnderWay {
  readonly job: Job;
  /** what the newest run has sent */
  sends: readonly Send[] = [];
  busyWith: 'the handler' | 'others' | 'the bus' = 'others';
  readonly #now: number;

  constructor(
    readonly call: RouteCall,
    private readonly parts: LiveParts,
  ) {
    this.job = new Job(parts, parts.limits.routeMs);
    this.#now = parts.clock.now();
  }

  work(): Work<RouteAnswer> {
    const { idempotencyKey, mode, request } = this.call;
    const id = this.parts.ids();
    const name = idempotencyKey === undefined ? id : nameForRequest(id, fingerprint(request));
    return {
      name,
      handle: (transaction) => this.#handle(transaction),
      ...(mode === 'resume' && { atOneInstant: true }),
      beforeSending: () => this.busReady(),
      ...(idempotencyKey !== undefined && {
        keep: (answer: RouteAnswer) =>
          keepAnswer(idempotencyKey, this.#stored(answer, name), this.parts.limits.answerKeptMs),
      }),
    };
  }

  /** Waits until the bus can be asked. @throws BusAway; nothing of this call has happened then */
  async busReady(): Promise<void> {
    const { bus, clock, limits, sleep } = this.parts;
    this.busyWith = 'the bus';
    const until = clock.now() + limits.busWaitMs;
    while (!bus.connected()) {
      if (clock.now() >= until) throw new BusAway('the bus cannot be reached; nothing was sent');
      await sleep(BUS_POLL_MS);
    }
  }

  /** What can be said when the time is up and the call is still under way. */
  late(): RouteFailure {
    switch (this.busyWith) {
      case 'the handler':
        return failure('handler_failed', 'the handler took too long');
      case 'others':
        return failure('conflict', 'others kept changing what this request depends on');
      case 'the bus':
        return failure(
          'bus_unavailable',
          'the bus has not answered; it is not known whether the request was carried out',
        );
    }
  }

  async #handle(transaction: Transaction): Promise<Handled<RouteAnswer>> {
    const { handler, request, correlation, mode = 'route' } = this.call;
    const sends: Send[] = [];
    const occasion = { now: this.#now, correlation, causation: undefined };
    this.busyWith = 'the handler';
    const value = await handler(new RunContext(mode, transaction, sends, occasion), request);
    this.busyWith = 'others';
    this.sends = sends;
    return { value, sends };
  }

  #stored({ status, body }: RouteAnswer, entry: string): StoredAnswer {
    return {
      fingerprint: fingerprint(this.call.request),
      status,
      ...(body !== undefined && { body }),
      entry,
    };
  }
}
