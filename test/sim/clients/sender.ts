import type { NewEvent } from '../../../bus/core/types.js';
import type { Bus } from '../bus/bus.js';
import type { SessionEffect } from '../bus/connection.js';
import type { World } from '../world.js';
import { Client } from './client.js';
import { makeEvent } from './events.js';

interface Batch {
  readonly batchId: string;
  readonly events: readonly NewEvent[];
  readonly atomic: boolean;
}

/**
 * Someone who publishes: single events without an id as the first generation does, and batches with an id, which it sends again until
 * they are answered, and now and then even then.
 */
export class Sender extends Client {
  readonly #name: string;
  /** '' = does not register */
  readonly #clientType: string;
  readonly #open = new Map<string, Batch>();
  readonly #answered: Batch[] = [];
  #made = 0;

  constructor(world: World, bus: Bus, name: string, clientType: string) {
    super(world, bus);
    this.#name = name;
    this.#clientType = clientType;
  }

  /** What was not answered yet. */
  get open(): readonly string[] {
    return [...this.#open.keys()];
  }

  publish(): void {
    const { chance } = this.world;
    const events = Array.from({ length: chance.between(1, 3) }, () => makeEvent(this.world));
    if (chance.percent(30)) this.say({ kind: 'new', events, atomic: false });
    else if (chance.percent(10) && this.#answered.length > 0) this.#send(chance.of(this.#answered));
    else {
      this.#made += 1;
      const batch = { batchId: `${this.#name}-${this.#made}`, events, atomic: chance.percent(60) };
      this.#open.set(batch.batchId, batch);
      this.#send(batch);
      if (chance.percent(5)) this.#send(batch);
    }
  }

  hears(effect: SessionEffect): void {
    if (effect.kind === 'receipt' && effect.batchId !== undefined) this.#settle(effect.batchId);
    if (effect.kind !== 'error' || effect.about.batchId === undefined) return;
    const batch = this.#open.get(effect.about.batchId);
    if (batch !== undefined) this.world.agenda.in(this.world.chance.between(1, 100), () => this.#send(batch));
  }

  protected connected(): void {
    if (this.#clientType !== '')
      this.say({
        kind: 'register',
        clientType: this.#clientType,
        eventTypes: ['Opened', 'Emptied'],
        features: ['batch', 'ack', 'nack', 'atomic', 'errors', 'progress'],
        maxInFlight: 0,
      });
    for (const batch of this.#open.values()) this.#send(batch);
  }

  protected disconnected(): void {}

  #settle(batchId: string): void {
    const batch = this.#open.get(batchId);
    if (batch === undefined) return;
    this.#open.delete(batchId);
    this.#answered.push(batch);
  }

  #send({ batchId, events, atomic }: Batch): void {
    this.say({ kind: 'new', events, batchId, atomic });
  }
}
