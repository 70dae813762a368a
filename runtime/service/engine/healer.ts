import type { EventView } from '../types.js';
import type { Job } from './job.js';
import { MarkChanges } from './mark-changes.js';
import { replay } from './replay.js';
import { type LiveParts, newTransaction } from './service-parts.js';
import { subscribedTypes } from './subscriptions.js';

/**
 * Repairs a mark that does not move although the bus knows more of its key: raises behind an acknowledgement are lost when a
 * process dies. What this client type has acknowledged of the key is read from the bus, and what the state lacks of it is
 * brought in. Events that are still owed are not touched: they come by delivery.
 */
export class Healer {
  readonly #types: readonly string[];

  constructor(private readonly parts: LiveParts) {
    this.#types = subscribedTypes(parts.model);
  }

  /** @returns whether the mark has moved */
  async heal(key: string, job: Job): Promise<boolean> {
    let healed = false;
    let after: string | undefined = '0';
    while (after !== undefined) {
      job.check();
      const page = await this.#page(key, after);
      if (!page) return healed;
      for (const event of page.events) healed = (await this.#bringIn(event, job)) || healed;
      after = page.next;
    }
    if (healed) this.parts.counters.marks_healed++;
    return healed;
  }

  async #page(key: string, after: string) {
    try {
      const limit = this.parts.limits.pageEvents;
      return await this.parts.bus.query({
        eventTypes: this.#types,
        key,
        after,
        limit,
        acknowledgedOnly: true,
      });
    } catch (error) {
      // The connection is lost; whoever waits for the mark finds out when it asks the bus itself.
      this.parts.log.debug({ key, error }, 'could not read what is missing of a key');
      return undefined;
    }
  }

  async #bringIn(event: EventView, job: Job): Promise<boolean> {
    const { state, model, watch } = this.parts;
    for (;;) {
      const { mark, text } = await state.mark(event.key);
      if (event.value <= mark.upTo) return false;
      const transaction = newTransaction(this.parts);
      const marks = new MarkChanges(state);
      marks.know(event.key, text);
      await job.run(
        () => replay(model, state, event, transaction, marks),
        (reason) => transaction.close(reason),
      );
      const committed = await state.commit({
        expect: [...marks.expectations(), ...transaction.expectations()],
        writes: [...transaction.writes(), ...marks.writes()],
      });
      if (committed.done) {
        watch.moved(marks.keys());
        return true;
      }
      job.check();
    }
  }
}
