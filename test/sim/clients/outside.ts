import type { NewEvent } from '../../../bus/core/types.js';
import type { SessionEffect } from '../bus/connection.js';
import { Client } from './client.js';

const CORRELATION = '00000000-0000-8000-8000-000000000001';

/** Somebody else's service: sends events without a condition, each again under its batch id until it is accepted. */
export class Outside extends Client {
  readonly #unsent = new Map<string, NewEvent>();
  #sent = 0;

  /** What is not known to be accepted. */
  get open(): readonly string[] {
    return [...this.#unsent.keys()];
  }

  send(type: string, key: string, data: object): void {
    this.#sent += 1;
    const batchId = `outside-${this.#sent}`;
    this.#unsent.set(batchId, {
      type,
      key,
      data: JSON.stringify(data),
      checksum: '',
      correlationId: 1,
      correlation: CORRELATION,
      expect: { kind: 'implicit' },
    });
    this.#submit(batchId);
  }

  hears(effect: SessionEffect): void {
    if (effect.kind === 'receipt' && effect.batchId !== undefined) this.#unsent.delete(effect.batchId);
    if (effect.kind !== 'error' || effect.about.batchId === undefined) return;
    const { batchId } = effect.about;
    this.world.agenda.in(this.world.chance.between(1, 50), () => this.#submit(batchId));
  }

  protected connected(): void {
    this.say({
      kind: 'register',
      clientType: 'outside',
      eventTypes: [],
      features: ['batch', 'atomic', 'errors'],
      maxInFlight: 0,
    });
    for (const batchId of this.#unsent.keys()) this.#submit(batchId);
  }

  protected disconnected(): void {}

  #submit(batchId: string): void {
    const event = this.#unsent.get(batchId);
    if (event !== undefined) this.say({ kind: 'new', events: [event], batchId, atomic: true });
  }
}
