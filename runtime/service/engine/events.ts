import type { DeliveredEvent, EventHandler, TypeHandlers } from '../types.js';
import { eventOccasion, RunContext, type Send } from './context.js';
import type { Job } from './job.js';
import { covers, parseMark } from './marks.js';
import type { Outbox } from './outbox.js';
import type { EntryEvent, OpenEntry } from './outbox-entry.js';
import { entryOfOwnEvent } from './replay.js';
import type { LiveParts } from './service-parts.js';
import { isLive, stateHandler } from './subscriptions.js';
import type { Transaction } from './transaction.js';
import type { Transactor } from './transactor.js';
import type { GivenUp, Handled, Result, Work } from './work.js';

/** `done`: the debt is paid. `left`: it is not, and it is not ours to pay now; the event comes again, here or elsewhere. */
export type EventOutcome = 'done' | 'left';

/**
 * Handles delivered events, one at a time per key (lanes.ts sees to that).
 *
 * An event whose value the applied mark covers was handled before and only its acknowledgement was lost: its outbox entry, if
 * there is one, is finished, and it is acknowledged. This rests on marks being raised in lane order only: a mark at or above
 * the value means that the handler of this event has committed.
 */
export class Events {
  constructor(
    private readonly parts: LiveParts,
    private readonly transactor: Transactor,
    private readonly outbox: Outbox,
  ) {}

  /** @throws what the handler threw, Contended, Overtaken, Refused; or an Abort that is not the handler's fault */
  async handle(event: DeliveredEvent, job: Job): Promise<EventOutcome> {
    for (let due: OpenEntry | undefined; ; ) {
      const result = await this.transactor.run(this.#work(event), job, due);
      due = undefined;
      const next = result.kind === 'covered' ? await this.#repeated(event, job) : this.#finish(event, result);
      if (next === 'done' || next === 'left') return next;
      if (next !== 'again') due = next;
      job.check();
    }
  }

  /** Whether its effect is in the state: of a type with a projection and a decision, also if the decision fails. */
  async isApplied({ key, value }: DeliveredEvent): Promise<boolean> {
    return covers((await this.parts.state.mark(key)).mark, value);
  }

  #finish(event: DeliveredEvent, result: Exclude<Result<void>, { kind: 'covered' }>): EventOutcome | 'again' {
    switch (result.kind) {
      case 'done':
        // The effect is in the store and the batch at the bus; only now may the debt end.
        if (!result.acknowledged) this.parts.bus.acknowledge(event.delivery);
        if (result.marked) this.parts.raisedMarks.note(event.key, event.value);
        else this.parts.lazyMarks.raise(event.key, event.value);
        this.parts.counters.events_handled++;
        return 'done';
      case 'contended':
        throw new Contended(result);
      case 'refused':
        throw new Refused(result.code, result.message);
      case 'raced':
        return 'again';
      case 'left':
        return 'left';
    }
  }

  /** An event whose effect is here already. Gives an entry whose decision is still due. */
  async #repeated(event: DeliveredEvent, job: Job): Promise<EventOutcome | 'again' | OpenEntry> {
    this.parts.counters.events_repeated++;
    const { state } = this.parts;
    const { text } = await state.mark(event.key);
    const open = await this.outbox.find(event.eventId);
    if (!open) {
      // Both at one instant, in the state we know: a mark read before a loss and an outbox read after it would say "handled".
      const { done } = await state.verify([
        { space: 'mark', key: event.key, text },
        { space: 'outbox', key: event.eventId, text: undefined },
      ]);
      return done && covers(parseMark(text), event.value) ? this.#acknowledge(event) : 'again';
    }
    const settled = await this.outbox.settle(open, event.delivery, job);
    switch (settled.kind) {
      case 'accepted':
      case 'judged':
        // If the batch was accepted under an earlier delivery or by a sweep, it has not acknowledged this one.
        return this.#acknowledge(event);
      case 'due':
        return settled.open;
      case 'undone':
      case 'raced':
        return 'again';
      case 'refused':
        throw new Refused(settled.code, settled.message);
      case 'left':
        return 'left';
    }
  }

  #acknowledge(event: DeliveredEvent): EventOutcome {
    this.parts.bus.acknowledge(event.delivery);
    this.parts.lazyMarks.raise(event.key, event.value);
    return 'done';
  }

  #work(event: DeliveredEvent): Work<void> {
    const handlers = this.parts.model.types.get(event.type);
    // Owed since an earlier version of the script. To acknowledge it would lose it in silence.
    if (!handlers) throw new Error(`this version of the script has no handler for ${event.type}`);
    const { decision } = handlers;
    return {
      name: event.eventId,
      event: entryEvent(event),
      delivery: event.delivery,
      handle: (transaction) => this.#run(event, handlers, transaction),
      ...(decision && {
        decide: async (transaction: Transaction) => ({
          value: undefined,
          sends: await this.#call([['decision', decision]], event, transaction),
        }),
      }),
    };
  }

  async #run(
    event: DeliveredEvent,
    handlers: TypeHandlers,
    transaction: Transaction,
  ): Promise<Handled<void> | undefined> {
    const { model, state } = this.parts;
    // Read before the handler runs: a commit that raises the mark expects this text, so of two deliveries of one event that
    // are handled at the same time, in whichever processes, only one can commit.
    const { mark, text } = await state.mark(event.key);
    const raised = this.parts.raisedMarks.aboveMark(event.key, mark.upTo);
    if (raised !== undefined)
      throw await state.wentBack(
        `the applied mark of ${event.key} has gone back from ${raised} to ${mark.upTo}`,
        { space: 'mark', key: event.key, text },
      );
    if (covers(mark, event.value)) return undefined;
    const entry = isLive(handlers) ? undefined : await entryOfOwnEvent(model, state, event);
    if (entry) return { value: undefined, sends: [], mark: { text }, basis: [entry] };
    const sends = await this.#call(occasioned(handlers), event, transaction);
    return { value: undefined, sends, mark: { text } };
  }

  /** Projection first, then decision, in one transaction: the decision sees what the projection wrote. */
  async #call(
    handlers: readonly (readonly [mode: Mode, handler: EventHandler])[],
    event: DeliveredEvent,
    transaction: Transaction,
  ): Promise<Send[]> {
    const sends: Send[] = [];
    const occasion = eventOccasion(event);
    for (const [mode, handler] of handlers)
      await handler(new RunContext(mode, transaction, sends, occasion), event);
    return sends;
  }
}

type Mode = 'listener' | 'projection' | 'decision' | 'rebuild';

/** What is called for a live event. A type with only a rebuild handler gets here if the sender's effect is not in this store. */
function occasioned(handlers: TypeHandlers): (readonly [Mode, EventHandler])[] {
  const { listener, projection, decision } = handlers;
  if (!isLive(handlers)) {
    const rebuild = stateHandler(handlers);
    return rebuild ? [['rebuild', rebuild]] : [];
  }
  return [
    ...(listener ? [['listener', listener] as const] : []),
    ...(projection ? [['projection', projection] as const] : []),
    ...(decision ? [['decision', decision] as const] : []),
  ];
}

function entryEvent({ eventId, type, key, value, position }: DeliveredEvent): EntryEvent {
  return { id: eventId, type, key, value, position };
}

/** Others kept changing what the handler depends on. */
export class Contended extends Error {
  /** keys of which this service has to know more */
  readonly keys: readonly string[];
  /** waiting does not help: it counts as a failure of the handler */
  readonly stuck: boolean;

  constructor({ names, keys, stuck }: GivenUp) {
    super(`others kept changing what this handler depends on: ${names.join(', ')}`);
    this.name = 'Contended';
    this.keys = keys;
    this.stuck = stuck;
  }
}

/** The bus refuses for good what the handler sent; running it again would not help. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`the bus refuses what this handler sent (${code}): ${message}`);
    this.name = 'Refused';
  }
}
