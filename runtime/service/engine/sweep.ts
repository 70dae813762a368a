import { Abort } from '../../lua/vm.js';
import { Job } from './job.js';
import { positionOfCursor } from './meta.js';
import type { Outbox } from './outbox.js';
import { entryEnd, expectEntry, lockedKeys, type OpenEntry, openEntry } from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';
import { takeBack } from './take-back.js';

const PAGE = 100;

/**
 * Finishes outbox entries that nobody else will: those of a route whose process died, and those of an event whose batch was
 * accepted, and acknowledged it, before its process died.
 *
 * The batch of an event that is still owed is not sent from here: it would go without the acknowledgement, and if the store
 * with the event's mark were lost before the event comes again, it would be handled, and answered, twice. It comes again, and
 * then its batch carries the acknowledgement.
 *
 * Entries younger than a bound are left to who made them; taking one of these anyway would do no harm, every finisher's
 * commit expects the entry's text.
 */
export class Sweep {
  constructor(
    private readonly parts: LiveParts,
    private readonly outbox: Outbox,
  ) {}

  /** One look through what has been lying for long. Entries that cannot be finished now stay. */
  async stale(ended: () => boolean): Promise<void> {
    const { clock, limits } = this.parts;
    await this.#each(async (open) => {
      if (ended() || !this.parts.bus.connected()) return;
      const age = clock.now() - Date.parse(open.entry.since);
      if (age >= limits.entryStaleMs && (await this.#isFree(open))) await this.#finish(open);
    });
  }

  /**
   * Ends every lock, under a new generation: the batch is sent again, or if its event is still owed, the effect is taken back.
   * If that batch is accepted after all, its events come back to this service and find that their effect is not here.
   */
  async locking(): Promise<void> {
    await this.#each(async (open) => {
      if (lockedKeys(open.entry).length === 0) return;
      if (await this.#isFree(open)) await this.#finish(open);
      else await takeBack(this.parts, open);
    });
  }

  async #each(look: (open: OpenEntry) => Promise<void>): Promise<void> {
    for (let after: string | undefined, more = true; more; ) {
      const page = await this.parts.state.scan('outbox', after, PAGE);
      for (const [name, text] of page) {
        if (this.outbox.busy.has(name)) continue;
        await look(openEntry(name, text)).catch((error: unknown) => {
          if (error instanceof Abort) throw error;
          this.parts.log.error(
            { entry: name, error },
            'a batch that was left in the outbox cannot be finished',
          );
        });
      }
      after = page.at(-1)?.[0];
      more = page.length === PAGE;
    }
  }

  /** No delivery will finish it: it is a route's, or its event is acknowledged. */
  async #isFree({ entry: { event } }: OpenEntry): Promise<boolean> {
    if (!event) return true;
    const page = await this.parts.bus.query({
      eventTypes: [event.type],
      key: event.key,
      after: String(positionOfCursor(event.position) - 1),
      limit: 1,
      acknowledgedOnly: true,
    });
    return page.events[0]?.eventId === event.id;
  }

  async #finish(open: OpenEntry): Promise<void> {
    const { state, counters, limits, log } = this.parts;
    if (open.entry.sends.length === 0) {
      // A decision that was due, of an event that an operator has skipped, or in an older copy of this state.
      await state.commit({ expect: [expectEntry(open)], writes: entryEnd(open) });
      return;
    }
    counters.outbox_resent++;
    const settled = await this.outbox.settle(open, undefined, new Job(this.parts, limits.handlerMs));
    log.info({ entry: open.name, outcome: settled.kind }, 'looked after a batch that was left in the outbox');
  }
}
