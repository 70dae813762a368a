import type { EventView, QueryPage } from '../types.js';
import type { Job } from './job.js';
import { unlocked } from './locks.js';
import { MarkChanges } from './mark-changes.js';
import { replay } from './replay.js';
import { type LiveParts, newTransaction } from './service-parts.js';
import { subscribedTypes } from './subscriptions.js';

/** The bus did not answer a question: usually the connection is lost. */
class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
}

/**
 * Brings in what the log holds and this state lacks, while handlers run: each event in a commit of its own that expects the
 * mark it raises, so a handler that is quicker is never overtaken or repeated.
 */
export class Healer {
  readonly #types: readonly string[];

  constructor(private readonly parts: LiveParts) {
    this.#types = subscribedTypes(parts.model);
  }

  /**
   * Repairs a mark that does not move although the bus knows more of its key: raises behind an acknowledgement are lost when
   * a process dies. What is still owed of the key is not touched: it comes by delivery.
   * @returns whether the mark has moved; false also if the bus could not be asked
   */
  async heal(key: string, job: Job): Promise<boolean> {
    let moved = false;
    try {
      for await (const event of this.#acknowledged(key, job))
        moved = (await this.#bringIn(event, job)) || moved;
    } catch (error) {
      if (!(error instanceof QueryFailed)) throw error;
      // Whoever waits for the mark finds out when it asks the bus itself.
      this.parts.log.debug({ key, error }, 'could not read what is missing of a key');
    }
    if (moved) this.parts.counters.marks_healed++;
    return moved;
  }

  /** What is acknowledged of a key, in order. @throws QueryFailed */
  async *#acknowledged(key: string, job: Job): AsyncGenerator<EventView> {
    const { bus, limits } = this.parts;
    const query = { key, eventTypes: this.#types, limit: limits.pageEvents, acknowledgedOnly: true };
    for (let after: string | undefined = '0'; after !== undefined; ) {
      job.check();
      const page: QueryPage = await bus.query({ ...query, after }).catch((cause: unknown) => {
        throw new QueryFailed('the bus did not answer a query', { cause });
      });
      yield* page.events;
      after = page.next;
    }
  }

  /** @returns whether the mark has moved */
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
        watch.changed(marks.changed());
        // Who resumed before this commit has not been told of it.
        this.parts.updates.publish(transaction.published());
        return true;
      }
      await unlocked(committed.conflict, watch, job);
      job.check();
    }
  }
}
