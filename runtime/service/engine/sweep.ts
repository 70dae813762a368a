import { Abort } from '../../lua/vm.js';
import { Job } from './job.js';
import { positionOfCursor } from './meta.js';
import type { Outbox } from './outbox.js';
import { entryEnd, expectEntry, lockedKeys, type OpenEntry, openEntry } from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';

const PAGE = 100;

/**
 * Looks through the outbox now and then and finishes entries that nobody else will: those of a route whose process died, and
 * those of an event whose batch was accepted before its process died.
 *
 * Entries younger than a bound are somebody's who is alive; taking one of these anyway would do no harm, every finisher's
 * commit expects the entry's text. An event that is still owed comes by delivery and finishes its own entry: here only the
 * batch is sent again, without the acknowledgement.
 */
export class Sweep {
  constructor(
    private readonly parts: LiveParts,
    private readonly outbox: Outbox,
  ) {}

  /** One look through what has been lying for long. Entries that cannot be finished now stay. */
  async stale(ended: () => boolean): Promise<void> {
    const { clock, limits } = this.parts;
    await this.#each((open) => {
      if (ended() || !this.parts.bus.connected()) return 'stop';
      return clock.now() - Date.parse(open.entry.since) >= limits.entryStaleMs;
    });
  }

  /**
   * Everything that holds a lock. To be called before missing events are brought in regardless of locks: a refused effect can
   * only be taken back while nobody has built on it.
   */
  async locking(): Promise<void> {
    await this.#each((open) => lockedKeys(open.entry).length > 0);
  }

  async #each(wanted: (open: OpenEntry) => boolean | 'stop'): Promise<void> {
    for (let after: string | undefined, more = true; more; ) {
      const page = await this.parts.state.scan('outbox', after, PAGE);
      for (const [name, text] of page) {
        const open = openEntry(name, text);
        const choice = wanted(open);
        if (choice === 'stop') return;
        if (choice && !this.outbox.busy.has(name)) await this.#finish(open);
      }
      after = page.at(-1)?.[0];
      more = page.length === PAGE;
    }
  }

  async #finish(open: OpenEntry): Promise<void> {
    try {
      if (open.entry.sends.length === 0) await this.#dropIfSettled(open);
      else await this.#sendAgain(open);
    } catch (error) {
      if (error instanceof Abort) throw error;
      this.parts.log.error(
        { entry: open.name, error },
        'a batch that was left in the outbox cannot be finished',
      );
    }
  }

  async #sendAgain(open: OpenEntry): Promise<void> {
    this.parts.counters.outbox_resent++;
    const job = new Job(this.parts, this.parts.limits.handlerMs);
    const settled = await this.outbox.settle(open, undefined, job);
    const details = { entry: open.name, outcome: settled.kind };
    this.parts.log.info(details, 'looked after a batch that was left in the outbox');
  }

  /**
   * An entry without sends waits for its event to come again, and with it the decision. It waits in vain if an operator has
   * skipped the event, or if the entry comes from an older copy of this state.
   */
  async #dropIfSettled(open: OpenEntry): Promise<void> {
    const { event } = open.entry;
    if (!event) return;
    const page = await this.parts.bus.query({
      eventTypes: [event.type],
      key: event.key,
      after: String(positionOfCursor(event.position) - 1),
      limit: 1,
      acknowledgedOnly: true,
    });
    if (page.events[0]?.eventId !== event.id) return;
    await this.parts.state.commit({ expect: [expectEntry(open)], writes: entryEnd(open) });
  }
}
