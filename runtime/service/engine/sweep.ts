import { Abort } from '../../lua/vm.js';
import { Job } from './job.js';
import type { Outbox } from './outbox.js';
import { type OpenEntry, openEntry } from './outbox-entry.js';
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

  /** One look through. Entries that cannot be finished now stay. */
  async run(ended: () => boolean): Promise<void> {
    for (let after: string | undefined, more = true; more; ) {
      const page = await this.parts.state.scan('outbox', after, PAGE);
      for (const [name, text] of page) {
        if (ended() || !this.parts.bus.connected()) return;
        await this.#finish(openEntry(name, text));
      }
      after = page.at(-1)?.[0];
      more = page.length === PAGE;
    }
  }

  async #finish(open: OpenEntry): Promise<void> {
    const { clock, limits, counters, log } = this.parts;
    const age = clock.now() - Date.parse(open.entry.since);
    // Without sends it waits for its event to come again, and with it the decision.
    if (age < limits.entryStaleMs || this.outbox.busy.has(open.name) || open.entry.sends.length === 0) return;
    counters.outbox_resent++;
    try {
      const settled = await this.outbox.settle(open, undefined, new Job(this.parts, limits.handlerMs));
      log.info(
        { entry: open.name, outcome: settled.kind },
        'looked after a batch that was left in the outbox',
      );
    } catch (error) {
      if (error instanceof Abort) throw error;
      log.error({ entry: open.name, error }, 'a batch that was left in the outbox cannot be finished');
    }
  }
}
