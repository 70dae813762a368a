import { Abort } from '../../lua/vm.js';
import type { DeliveredEvent } from '../types.js';
import type { EventOutcome } from './events.js';
import type { Job } from './job.js';

/** What the lanes run on. */
export interface LaneWork {
  handle(event: DeliveredEvent, job: Job): Promise<EventOutcome>;
  /** the handler's own fault: to be reported to the bus */
  failed(event: DeliveredEvent, error: unknown): Promise<void>;
  /** an Abort that is nobody's fault: the engine as a whole has to react */
  aborted(reason: Abort): void;
  newJob(): Job;
  /** resolves when everything that the bus sent before now has been received */
  barrier(): Promise<void>;
}

interface Lane {
  queue: DeliveredEvent[];
  job: Job | undefined;
  /** value of the event that was not handled: nothing above it may be handled before it */
  blockedAt: number | undefined;
}

/**
 * The events of one key are handled strictly one after the other, those of different keys at the same time, up to a bound.
 *
 * What keeps the order when an event is not handled: the later events of its lane that are here already, or under way, must
 * not overtake it. A projection of theirs would raise the applied mark above it, and it would be taken for handled. So the lane
 * drops them; the bus has taken them back and sends them again, in order. It opens when the event comes again. It may never
 * come again (an operator has skipped it, or another instance has handled it), so it also opens at the barrier: what was sent
 * before the bus knew has then arrived.
 *
 * A new registration, or a lost connection, voids everything: the bus sends what is owed anew. What still runs goes on to its
 * end, and the next event of its lane waits for it; its commit is stopped by the marks and its batch is fenced.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: string[] = [];
  #running = 0;
  /** of these, the ones that wait for others: what they wait for may be a lane that has not begun */
  #aside = 0;
  #idle: (() => void)[] = [];

  constructor(
    private readonly work: LaneWork,
    private readonly concurrencyMax: number,
  ) {}

  get running(): number {
    return this.#running;
  }

  receive(events: readonly DeliveredEvent[]): void {
    for (const event of events) {
      const lane = this.#lane(event.key);
      if (lane.blockedAt !== undefined && event.value > lane.blockedAt) continue;
      lane.blockedAt = undefined;
      lane.queue.push(event);
      if (lane.queue.length === 1 && !lane.job) this.#ready.push(event.key);
    }
    this.#start();
  }

  /** Forgets everything that was received. */
  reset(reason: Abort): void {
    this.#ready.length = 0;
    for (const [key, lane] of this.#lanes) {
      lane.queue = [];
      lane.blockedAt = undefined;
      lane.job?.void(reason);
      if (!lane.job) this.#lanes.delete(key);
    }
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    if (this.#running > 0 || this.#ready.length > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane: Lane = { queue: [], job: undefined, blockedAt: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }

  #start(): void {
    while (this.#running - this.#aside < this.concurrencyMax) {
      const key = this.#ready.shift();
      if (key === undefined) break;
      const lane = this.#lane(key);
      const event = lane.queue.shift();
      if (!event) continue;
      this.#running++;
      lane.job = this.work.newJob();
      lane.job.onAside = (aside) => {
        this.#aside += aside ? 1 : -1;
        if (aside) this.#start();
      };
      void this.#handle(lane, event, lane.job);
    }
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #handle(lane: Lane, event: DeliveredEvent, job: Job): Promise<void> {
    const outcome = await this.#outcome(event, job);
    // An outcome of voided work says nothing about what the lane holds now.
    if (!job.voided && outcome === 'left') this.#block(event.key, lane, event.value);
    lane.job = undefined;
    this.#running--;
    if (lane.queue.length > 0) this.#ready.push(event.key);
    else if (lane.blockedAt === undefined) this.#lanes.delete(event.key);
    this.#start();
  }

  async #outcome(event: DeliveredEvent, job: Job): Promise<EventOutcome> {
    try {
      return await this.work.handle(event, job);
    } catch (error) {
      await this.#tell(event, error, job).catch((reason: unknown) => this.#tell(event, reason, job));
      return 'left';
    }
  }

  async #tell(event: DeliveredEvent, error: unknown, job: Job): Promise<void> {
    if (job.voided) return;
    if (error instanceof Abort) this.work.aborted(error);
    else await this.work.failed(event, error);
  }

  #block(key: string, lane: Lane, value: number): void {
    const again = lane.queue.findIndex((event) => event.value <= value);
    lane.queue = again < 0 ? [] : lane.queue.slice(again);
    if (again >= 0) return;
    lane.blockedAt = value;
    this.work.barrier().then(
      () => this.#open(key, lane, value),
      // Not known what is still under way: closed until the event comes again, or everything is void.
      () => {},
    );
  }

  #open(key: string, lane: Lane, value: number): void {
    if (this.#lanes.get(key) !== lane || lane.blockedAt !== value) return;
    lane.blockedAt = undefined;
    if (lane.queue.length === 0 && !lane.job) this.#lanes.delete(key);
  }
}
