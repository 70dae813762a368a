import type { DeliveredEvent } from '../types.js';
import { BusSilent } from './aborts.js';
import { type Healer, QueryFailed } from './healer.js';
import { Job } from './job.js';
import { positionOfCursor } from './meta.js';
import type { LiveParts } from './service-parts.js';

/** Part of the log in which effects may be missing although the bus will call their events acknowledged. */
export interface DoubtfulRange {
  /** cursor, exclusive: up to here everything is in this state */
  readonly after: string;
  /** cursor, inclusive: what came later cannot have been handled before the loss */
  readonly upTo: string;
}

/** Keys remembered as looked at; one that is forgotten is looked at again. */
const LOOKED_AT_MAX = 50_000;
const FIRST_PASS_MS = 1_000;

/**
 * Closes the gap behind a lost store. A handler had committed to the old store and its acknowledgement was still under way
 * when the new one was built: the rebuild passed the event over, because it was still owed; then the acknowledgement arrived,
 * and nobody will deliver the event again.
 *
 * So, after a loss, until the bus has acknowledged everything that existed then:
 * - Before the first event of a key is handled, everything of the key that stands before it is brought in. The bus delivers a
 *   key in order, so whatever stands before a delivered event is settled, whether the bus's store says so yet or not.
 * - Now and then, and at the end, everything acknowledged in the range is looked through. The checkpoint waits for that.
 */
export class Doubt {
  readonly #lookedAt = new Set<string>();
  #over = false;
  #nextPass: number;
  #pause = FIRST_PASS_MS;

  constructor(
    private readonly parts: LiveParts,
    private readonly healer: Healer,
    private readonly range: DoubtfulRange | undefined,
  ) {
    this.#over = range === undefined;
    this.#nextPass = parts.clock.now() + FIRST_PASS_MS;
  }

  /** To be called before an event is handled, in lane order. @throws BusSilent if the bus could not be asked */
  async before(event: DeliveredEvent, job: Job): Promise<void> {
    if (this.#over || !this.range || this.#lookedAt.has(event.key)) return;
    try {
      await this.healer.bringInBefore(event, this.range.after, job);
    } catch (error) {
      throw orSilence(error);
    }
    if (this.#lookedAt.size >= LOOKED_AT_MAX) this.#lookedAt.clear();
    this.#lookedAt.add(event.key);
  }

  /**
   * @param acknowledged cursor, as the bus has just told
   * @returns whether the state holds everything up to it
   */
  async progress(acknowledged: string): Promise<boolean> {
    if (this.#over || !this.range) return true;
    const last = positionOfCursor(acknowledged) >= positionOfCursor(this.range.upTo);
    const { clock, limits } = this.parts;
    if (!last && clock.now() < this.#nextPass) return false;
    this.#pause *= 2;
    this.#nextPass = clock.now() + this.#pause;
    try {
      await this.healer.bringInRange(this.range, new Job(this.parts, limits.passMs));
    } catch (error) {
      throw orSilence(error);
    }
    this.#over = last;
    return last;
  }
}

/** What the bus did not tell we do not know; to go on without it would be a guess. */
function orSilence(error: unknown): unknown {
  return error instanceof QueryFailed ? new BusSilent(error.message, { cause: error }) : error;
}
