import type { Logger } from '../../../common/log.js';
import { type PointInLog, pointText } from '../../../common/point-in-log.js';
import { Abort } from '../../lua/vm.js';
import type { StateStore } from '../../state/state-store.js';
import { eventOccasion, RunContext } from '../engine/context.js';
import { Job } from '../engine/job.js';
import { META, setMeta } from '../engine/meta.js';
import { DEFAULT_ENGINE_LIMITS } from '../engine/options.js';
import { stateHandler } from '../engine/subscriptions.js';
import { Transaction } from '../engine/transaction.js';
import { StartError } from '../start-error.js';
import type { EventView, QueryPage, ServiceModel } from '../types.js';
import { HANDLER_TIME } from './handler-time.js';
import type { LogReader } from './log-reader.js';
import { NoSuchPoint } from './no-such-point.js';
import type { PastClock } from './past-clock.js';

/** The state that a fold has made. */
export interface PastPoint {
  /** cursor: the state holds every event up to it */
  readonly position: string;
  /** events whose handlers ran */
  readonly events: number;
  /** keys that stand still, because the handler of one of their events has failed */
  readonly heldKeys: number;
}

export interface FoldParts {
  readonly model: ServiceModel;
  /** empty; nobody else writes to it */
  readonly store: StateStore;
  readonly reader: Pick<LogReader, 'head' | 'page'>;
  /** of the state; it goes along with the events */
  readonly clock: PastClock;
  readonly log: Logger;
}

/**
 * Builds the state of a service as it was at a point of the log: projections and rebuild handlers run over all its events up to
 * there, in order, whether they are acknowledged by now or not. Nothing is sent and nothing acknowledged.
 *
 * A key whose handler fails stands still from that event on, as it does live, where the event is parked; the others go on.
 *
 * A page's writes and the checkpoint are one commit. There are no marks and no generation: a live service that is started on this
 * store takes it for none of its own, and builds its state from the start. It has to: decisions of these events may still be owed.
 */
export class Fold {
  /** positions */
  readonly progress = { done: 0, total: undefined as number | undefined };
  readonly #held = new Map<string, number>();
  #checkpoint: string | undefined;
  #last: EventView | undefined;
  #events = 0;

  constructor(
    private readonly parts: FoldParts,
    private readonly point: PointInLog,
  ) {}

  /** @throws NoSuchPoint; StartError if somebody else writes to the store; Error if the bus cannot be read to the end */
  async run(): Promise<PastPoint> {
    const { reader, clock } = this.parts;
    await this.#mustReach(Number(await reader.head()));
    let coming = reader.page('0');
    for (let more = true; more; ) {
      const { events, next } = await coming;
      const wanted = events.filter((event) => this.#isWithin(event));
      more = next !== undefined && wanted.length === events.length;
      // The next page is on its way while this one is worked on.
      if (more) coming = ahead(reader.page(next!));
      await this.#bringIn(wanted);
    }
    if (this.#last === undefined)
      throw new NoSuchPoint(
        `For ${this.parts.model.clientType} nothing had happened yet at ${pointText(this.point)}.`,
      );
    if (this.point.kind === 'time') clock.reach(this.point.time);
    return { position: this.#position(this.#last), events: this.#events, heldKeys: this.#held.size };
  }

  async #mustReach(head: number): Promise<void> {
    this.progress.total = this.point.kind === 'position' ? this.point.position : head;
    if (this.point.kind === 'position' && this.point.position > head)
      throw new NoSuchPoint(`The log does not reach ${this.point.position}: its newest event is ${head}.`);
  }

  #isWithin({ position, time }: EventView): boolean {
    return this.point.kind === 'position' ? Number(position) <= this.point.position : time <= this.point.time;
  }

  #position(last: EventView): string {
    return this.point.kind === 'position' ? String(this.point.position) : last.position;
  }

  /** Again, without the key that it failed at, if a handler fails: what it had written by then must not stay. */
  async #bringIn(events: readonly EventView[]): Promise<void> {
    for (;;) {
      const transaction = new Transaction(this.parts.store, this.parts.clock);
      const applied = await this.#applied(events, transaction);
      if (applied === undefined) continue;
      this.#events += applied;
      this.#last = events.at(-1) ?? this.#last;
      await this.#commit(transaction);
      return;
    }
  }

  /** @returns how many were applied; undefined if one failed, and its key is held now */
  async #applied(events: readonly EventView[], transaction: Transaction): Promise<number | undefined> {
    let applied = 0;
    for (const event of events) {
      const heldFrom = this.#held.get(event.key);
      if (heldFrom !== undefined && event.value >= heldFrom) continue;
      this.parts.clock.reach(event.time);
      try {
        await this.#apply(event, transaction);
      } catch (error) {
        if (error instanceof Abort) throw error;
        this.#hold(event, error);
        return undefined;
      }
      applied += 1;
    }
    return applied;
  }

  async #apply(event: EventView, transaction: Transaction): Promise<void> {
    const handlers = this.parts.model.types.get(event.type);
    const handler = stateHandler(handlers);
    if (handler === undefined) return;
    const mode = handlers?.projection ? 'projection' : 'rebuild';
    const context = new RunContext(mode, transaction, [], eventOccasion(event));
    await new Job(HANDLER_TIME, DEFAULT_ENGINE_LIMITS.handlerMs).run(
      () => handler(context, event),
      (reason) => transaction.close(reason),
    );
  }

  #hold({ type, key, value, position }: EventView, error: unknown): void {
    this.#held.set(key, value);
    this.parts.log.warn(
      { type, key, value, position, error },
      'a handler failed: its key stands still from here on',
    );
  }

  async #commit(transaction: Transaction): Promise<void> {
    const reached = this.#last?.position;
    if (reached === undefined) return;
    const committed = await this.parts.store.commit({
      expect: [
        { space: 'meta', key: META.generation, text: undefined },
        { space: 'meta', key: META.checkpoint, text: this.#checkpoint },
      ],
      writes: [...transaction.writes(), setMeta('checkpoint', reached)],
    });
    if (!committed.ok) throw new StartError('Somebody else writes to this state store.');
    this.#checkpoint = reached;
    this.progress.done = Number(reached);
  }
}

/** A failure is met when it is waited for, not before. */
function ahead(coming: Promise<QueryPage>): Promise<QueryPage> {
  coming.catch(() => {});
  return coming;
}
