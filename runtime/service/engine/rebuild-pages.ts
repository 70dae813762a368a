import { Abort } from '../../lua/vm.js';
import type { EventView } from '../types.js';
import { Voided } from './aborts.js';
import { Job } from './job.js';
import type { LeasedState } from './leased-state.js';
import { MarkChanges } from './mark-changes.js';
import { earlier } from './meta.js';
import type { EngineParts } from './options.js';
import { replay } from './replay.js';
import { type Counters, newTransaction } from './service-parts.js';
import { subscribedTypes } from './subscriptions.js';
import type { Transaction } from './transaction.js';

/**
 * Pages through what this client type has acknowledged and brings in what the state lacks. A page's writes, marks and
 * checkpoint are one commit; a page of which nothing is missing writes nothing.
 */
export class RebuildPages {
  constructor(
    private readonly parts: EngineParts,
    private readonly counters: Counters,
    private readonly leased: LeasedState,
    /** cursor; the checkpoint never passes it */
    private readonly acknowledged: string,
  ) {}

  /**
   * From the checkpoint to the end of the log.
   * @param looking is told the cursor where each page begins; false = the service stops
   */
  async run(looking: (after: string) => boolean): Promise<void> {
    const { model, limits, bus } = this.parts;
    const eventTypes = subscribedTypes(model);
    for (let after: string | undefined = this.leased.meta.checkpoint ?? '0'; after !== undefined; ) {
      if (!looking(after)) throw new Voided('the service stops');
      const page = await bus.query({ eventTypes, after, limit: limits.pageEvents, acknowledgedOnly: true });
      const reached = page.next ?? page.events.at(-1)?.position ?? after;
      await this.#bringIn(page.events, earlier(reached, this.acknowledged));
      after = page.next;
    }
  }

  /** One commit; again, if live handlers of other instances have changed what it is built on. */
  async #bringIn(events: readonly EventView[], checkpoint: string): Promise<void> {
    for (let done = false; !done; ) {
      const transaction = newTransaction(this.parts);
      const marks = new MarkChanges(this.leased.state);
      let missing = 0;
      for (const event of events) {
        await this.leased.lease.keep();
        if (await this.#replay(event, transaction, marks)) missing++;
      }
      const changes = [...transaction.writes(), ...marks.writes()];
      if (changes.length === 0) return;
      const expect = [...marks.expectations(), ...transaction.expectations()];
      done = await this.leased.advance(checkpoint, expect, () => changes);
      if (done) this.counters.events_replayed += missing;
    }
  }

  async #replay(event: EventView, transaction: Transaction, marks: MarkChanges): Promise<boolean> {
    const job = new Job(this.parts, this.parts.limits.handlerMs);
    try {
      return await job.run(
        () => replay(this.parts.model, this.leased.state, event, transaction, marks),
        (reason) => transaction.close(reason),
      );
    } catch (cause) {
      // To go on without its effect would give a state that looks right and is not.
      if (cause instanceof Abort) throw cause;
      const { type, key, value, position } = event;
      const where = `at position ${position} (${key}, ${value})`;
      throw new Error(`the handler of ${type} failed in the rebuild, ${where}`, { cause });
    }
  }
}
