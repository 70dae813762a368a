import type { Delivery, NewEvent } from '../../../bus/core/types.js';
import type { Bus } from '../bus/bus.js';
import type { SessionEffect } from '../bus/connection.js';
import type { World } from '../world.js';
import { Client } from './client.js';
import { makeEvent } from './events.js';

export interface ServiceKind {
  readonly clientType: string;
  readonly eventTypes: readonly string[];
  /** base clients announce none, and acknowledge by key and value */
  readonly features: readonly string[];
  /** decides by sending a batch that completes the delivery */
  readonly sends: boolean;
}

interface LaneWork {
  readonly waiting: Delivery[];
  busy: boolean;
  /** the event that failed: until it comes again, what comes of the lane is dropped */
  failedAt: number | undefined;
}

interface Batch {
  readonly batchId: string;
  readonly events: readonly NewEvent[];
  readonly delivery: Delivery;
  readonly tries: number;
}

/**
 * One instance of a service: handles each lane strictly in order, and acknowledges, completes by a batch, fails, or is late, as chance
 * will have it. It registers anew now and then, with other types, or to pause; it drains; it loses its connection.
 */
export class Service extends Client {
  readonly #home: ServiceKind;
  #kind: ServiceKind;
  #lanes = new Map<string, LaneWork>();
  readonly #batches = new Map<string, Batch>();
  readonly #name: string;
  #made = 0;
  #paused = false;

  /** @param name makes its batch ids its own */
  constructor(world: World, bus: Bus, kind: ServiceKind, name: string) {
    super(world, bus);
    this.#home = kind;
    this.#kind = kind;
    this.#name = name;
  }

  hears(effect: SessionEffect): void {
    if (effect.kind === 'deliver') for (const delivery of effect.deliveries) this.#receive(delivery);
    else if (effect.kind === 'receipt' && effect.batchId !== undefined)
      this.#judged(
        effect.batchId,
        effect.receipts.every(({ status }) => status === 'success'),
      );
    else if (effect.kind === 'error' && effect.about.batchId !== undefined)
      this.#refused(effect.about.batchId, effect.code);
  }

  /** Something that an operator or a deployment does to an instance; it may even serve as another kind for a while. */
  disturb(kinds: readonly ServiceKind[]): void {
    const { chance, agenda } = this.world;
    const kind = chance.between(0, 6);
    if (kind === 0) this.#pause(chance.between(10, 400));
    else if (kind === 1) this.#register(this.#kind.eventTypes);
    else if (kind === 2) this.#register([...this.#kind.eventTypes, 'Opened']);
    else if (kind === 3) {
      this.say({ kind: 'drain' });
      agenda.in(chance.between(20, 300), () => this.reconnect());
    } else if (kind === 4) this.say({ kind: 'recall' });
    else if (kind === 5) this.#serveAs(chance.of(kinds), chance.between(10, 400));
    else this.reconnect();
  }

  /** Faults are over: wants events again, and the types it is made for. */
  settle(): void {
    this.#paused = false;
    this.#serveAs(this.#home, 0);
  }

  protected connected(): void {
    this.#register(this.#kind.eventTypes);
  }

  protected disconnected(): void {
    this.#forgetWork();
  }

  #serveAs(kind: ServiceKind, ms: number): void {
    this.#kind = kind;
    this.#register(kind.eventTypes);
    if (kind !== this.#home) this.world.agenda.in(ms, () => this.#serveAs(this.#home, 0));
  }

  #pause(ms: number): void {
    this.#paused = true;
    this.#register(this.#kind.eventTypes);
    this.world.agenda.in(ms, () => {
      this.#paused = false;
      this.#register(this.#kind.eventTypes);
    });
  }

  #register(eventTypes: readonly string[]): void {
    this.#forgetWork();
    const { clientType, features } = this.#kind;
    const maxInFlight = this.#paused ? 0 : this.world.chance.between(1, 6);
    this.say({ kind: 'register', clientType, eventTypes, features, maxInFlight });
  }

  #forgetWork(): void {
    this.#lanes = new Map();
    this.#batches.clear();
  }

  #receive(delivery: Delivery): void {
    const { key, position } = delivery.event;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { waiting: [], busy: false, failedAt: undefined };
      this.#lanes.set(key, lane);
    }
    if (lane.failedAt !== undefined && position !== lane.failedAt) return;
    lane.failedAt = undefined;
    lane.waiting.push(delivery);
    this.#work(lane);
  }

  #work(lane: LaneWork): void {
    const next = lane.waiting[0];
    if (lane.busy || next === undefined) return;
    lane.busy = true;
    this.#after(this.world.chance.between(0, 20), lane, () => this.#handle(lane, next));
  }

  /** Later, if this work is still wanted then. */
  #after(ms: number, lane: LaneWork, act: () => void): void {
    this.world.agenda.in(ms, () => {
      const [key] = [...this.#lanes].find(([, known]) => known === lane) ?? [];
      if (key !== undefined) act();
    });
  }

  #handle(lane: LaneWork, delivery: Delivery): void {
    const { chance, faults } = this.world;
    const canFail = faults && this.#kind.features.includes('nack');
    if (canFail && chance.percent(10)) this.#fail(lane, delivery);
    else if (faults && chance.percent(4))
      this.#after(this.world.options.ackDeadlineMs + chance.between(-50, 300), lane, () =>
        this.#acknowledge(lane, delivery),
      );
    else if (this.#kind.sends && chance.percent(50)) this.#decide(delivery, 0);
    else this.#acknowledge(lane, delivery);
  }

  /** Mostly the event in hand fails; an odd client gives up a later one of the lane while an earlier one is still out. */
  #fail(lane: LaneWork, inHand: Delivery): void {
    const { chance } = this.world;
    const { delivery, event } = chance.percent(20) ? lane.waiting.at(-1)! : inHand;
    const answer = { kind: 'nack', delivery, error: { message: 'simulated' } } as const;
    if (chance.percent(30)) this.say({ ...answer, retry: true, contended: [chance.of(this.world.keys)] });
    else this.say({ ...answer, retry: chance.percent(85) });
    lane.waiting.splice(lane.waiting.findIndex((waiting) => waiting.event === event));
    lane.failedAt = event.position;
    lane.busy = false;
    this.#work(lane);
  }

  #acknowledge(lane: LaneWork, { delivery, event }: Delivery): void {
    if (this.#kind.features.includes('ack')) this.say({ kind: 'ack', deliveries: [delivery] });
    else this.say({ kind: 'ack-event', key: event.key, value: event.value });
    this.#done(lane);
  }

  #done(lane: LaneWork): void {
    lane.waiting.shift();
    lane.busy = false;
    this.#work(lane);
  }

  /** Sends what follows from the event, in one batch with its acknowledgement. */
  #decide(delivery: Delivery, tries: number): void {
    this.#made += 1;
    const batchId = `${this.#name}-${this.#made}`;
    const { chance } = this.world;
    const events = Array.from({ length: chance.between(0, 2) }, () =>
      makeEvent(this.world, 'Emptied', tries > 1 ? undefined : delivery.event),
    );
    const batch = { batchId, events, delivery, tries };
    this.#batches.set(batchId, batch);
    this.#sendBatch(batch);
    if (this.world.faults && chance.percent(5)) this.say({ kind: 'ack', deliveries: [delivery.delivery] });
  }

  #sendBatch({ batchId, events, delivery }: Batch): void {
    this.say({ kind: 'new', events, batchId, atomic: true, acknowledges: delivery.delivery });
  }

  #judged(batchId: string, accepted: boolean): void {
    const batch = this.#batches.get(batchId);
    if (batch === undefined) return;
    this.#batches.delete(batchId);
    const lane = this.#lanes.get(batch.delivery.event.key);
    if (lane?.waiting[0] !== batch.delivery) return;
    if (accepted) this.#done(lane);
    else this.#decide(batch.delivery, batch.tries + 1);
  }

  #refused(batchId: string, code: string): void {
    const batch = this.#batches.get(batchId);
    const lane = batch && this.#lanes.get(batch.delivery.event.key);
    if (batch === undefined || lane === undefined) return;
    if (code === 'store_unavailable')
      this.#after(this.world.chance.between(1, 50), lane, () => this.#sendBatch(batch));
    else {
      this.#batches.delete(batchId);
      if (lane.waiting[0] === batch.delivery) this.#done(lane);
    }
  }
}
