import type { StoredEvent } from '../../common/events.js';
import type { Session } from './session.js';
import type { Delivery, Effect } from './types.js';

/** Gathers the effects of one step; all deliveries to one session become one effect. */
export class Effects {
  #effects: Effect[] = [];
  #committed: StoredEvent[] = [];
  #receivers: Session[] = [];

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  deliver(session: Session, delivery: Delivery): void {
    if (session.outbox.length === 0) this.#receivers.push(session);
    session.outbox.push(delivery);
  }

  committed(events: readonly StoredEvent[]): void {
    for (const event of events) this.#committed.push(event);
  }

  /** Answers go before deliveries: a registration before any event, the receipts of a batch before the events of it. */
  take(): Effect[] {
    const effects = this.#effects;
    if (this.#committed.length > 0) effects.push({ kind: 'committed', events: this.#committed });
    for (const session of this.#receivers) {
      effects.push({ kind: 'deliver', sessionId: session.id, deliveries: session.outbox });
      session.outbox = [];
    }
    if (this.#committed.length > 0) this.#committed = [];
    if (this.#receivers.length > 0) this.#receivers = [];
    this.#effects = [];
    return effects;
  }
}
