import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../../common/log.js';
import { SharedWork } from '../../../common/shared-work.js';
import type { PageReader } from '../pages.js';
import { HourCounts } from './hour-counts.js';
import { SlowTraces } from './slow-traces.js';

/** Events that are counted between two pauses: about a millisecond of work. */
const SLICE_EVENTS = 128;
/** A slice is followed by a pause as long as it took, so at most half of a processor goes into this. Not below what a timer can do. */
const PAUSE_MIN_MS = 1;

export interface LogCounterParts {
  readonly pages: Pick<PageReader, 'page'>;
  /** position of the newest durable event */
  readonly head: () => number;
  readonly log: Logger;
}

/**
 * Counts the log, from its beginning on, when somebody asks; goes on where it stood when somebody asks again. So what nobody asks for
 * costs nothing, and no answer reads again what an earlier one has read. What is counted is in memory only, and bounded; after a restart
 * the first who asks has it counted anew.
 */
export class LogCounter {
  readonly hours = new HourCounts();
  readonly traces = new SlowTraces();
  readonly #stop = new AbortController();
  #counted = 0;
  readonly #counting = new SharedWork(() => this.#run());

  constructor(private readonly parts: LogCounterParts) {}

  /** position of the last event that is counted */
  get counted(): number {
    return this.#counted;
  }

  /** Resolves when everything that is in the log now is counted, or when `patienceMs` are over: then it goes on behind. */
  async count(patienceMs: number): Promise<void> {
    if (this.#counted === this.parts.head()) return;
    await this.#counting.wait(patienceMs);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const upTo = this.parts.head();
    try {
      while (this.#counted < upTo && !signal.aborted) {
        const startedAt = performance.now();
        await this.#slice(upTo);
        const tookMs = performance.now() - startedAt;
        if (this.#counted < upTo) await pause(Math.max(PAUSE_MIN_MS, tookMs), undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) this.parts.log.warn({ err: error }, 'counting the log has stopped for now');
    }
  }

  async #slice(upTo: number): Promise<void> {
    const { events, next } = await this.parts.pages.page({ after: this.#counted, upTo, limit: SLICE_EVENTS });
    for (const event of events) {
      this.hours.add(event);
      this.traces.add(event);
    }
    this.#counted = next;
  }
}
