import { StateLost, StateSetBack, StateUnavailable, Voided } from './aborts.js';
import { emptyState } from './emptying.js';
import { Lease } from './lease.js';
import { LeasedState } from './leased-state.js';
import { type Meta, positionOfCursor, readMeta, setMeta } from './meta.js';
import type { EngineParts } from './options.js';
import { RebuildPages } from './rebuild-pages.js';
import type { Counters } from './service-parts.js';
import { StateAccess } from './state-access.js';
import { stateTypes } from './subscriptions.js';

/** What the bus says of this client type, at the newest registration. */
export interface LogEnds {
  /** cursor: everything up to it is acknowledged by this client type */
  readonly acknowledged: string;
  /** cursor of the newest event */
  readonly head: string;
  /** names the log; undefined if the bus does not say it */
  readonly logId?: string | undefined;
}

/** A log that began anew, or of another bus: its positions say nothing about the one known before. */
export function isAnotherLog(known: string | undefined, logId: string | undefined): boolean {
  return known !== undefined && logId !== undefined && known !== logId;
}

export interface Progress {
  /** positions */
  readonly done: number;
  readonly total: number | undefined;
  /** this instance does the work; false: another does */
  readonly here: boolean;
}

export interface PreparedState {
  readonly generation: string;
  /** of the state store, while it was prepared */
  readonly epoch: number;
  readonly logId: string | undefined;
}

type Plan = 'ready' | 'from-the-start' | 'go-on';

/**
 * Makes the state fit for live work: after it, the state holds the effect of every event this client type has acknowledged.
 *
 * | found in `meta`                                        | so                                                            |
 * |--------------------------------------------------------|---------------------------------------------------------------|
 * | no generation, or made without a type the script wants | new generation, empty the state, page through everything      |
 * | now, or from another log than the bus has now, or a    |                                                               |
 * | checkpoint beyond the end of the log                   |                                                               |
 * | a rebuild that somebody has begun                      | go on at its checkpoint                                       |
 * | a checkpoint before the end of the log                 | page through what was acknowledged after it; usually all of   |
 * |                                                        | it is here already, and nothing is written but the checkpoint |
 * | and the store may be an older copy than it was         | the same, under a new generation: one instance does it for all |
 *
 * Invariants:
 * - Only the leaseholder writes, and each of its commits expects the lease. A new generation is committed before anything is
 *   removed, so live handlers of other instances are stopped first.
 * - Pages are read after the bus has taken back what is out (`recall`), and that comes after the new generation: of what was
 *   acknowledged before, the pages bring the effect; what is acknowledged later was handled on this state, or comes again. Nothing can
 *   come in between, also not from a process that is dead, whose last words the bus has yet to read. Nobody knows whether a state that is
 *   found is an older copy, so this is done for each look through the log.
 * - The checkpoint never passes what the bus calls acknowledged: an event before it may still be owed, and only its mark says
 *   whether it is here. A checkpoint beyond it would hide that event from a later rebuild of an older copy of this state.
 * - Nothing is sent and nothing is acknowledged here.
 */
export class Preparation {
  readonly #types: string;
  progress: Progress = { done: 0, total: undefined, here: false };
  storeAway = false;
  #suspect = false;
  /** the generation that was found first while the store was in sight */
  #first: { readonly epoch: number; readonly generation: string } | undefined;

  constructor(
    private readonly parts: EngineParts,
    private readonly counters: Counters,
    private readonly ends: () => LogEnds,
    /** the service stops */
    private readonly ended: () => boolean,
    /** finishes the outbox entries that hold locks */
    private readonly finishLocking: (generation: string, epoch: number) => Promise<void>,
  ) {
    this.#types = JSON.stringify(stateTypes(parts.model));
  }

  /**
   * Tries until it is done.
   * @param suspect the store may have been set back to an older copy: nobody may go on as before
   * @throws Voided when the service stops
   */
  async run(suspect: boolean): Promise<PreparedState> {
    const { limits, log, sleep } = this.parts;
    for (let pause = limits.retryMs; ; pause = Math.min(pause * 2, limits.retryMaxMs)) {
      if (this.ended()) throw new Voided('the service stops');
      try {
        const prepared = await this.#attempt(suspect || this.#suspect);
        this.storeAway = false;
        if (prepared) return prepared;
        pause = limits.retryMs;
      } catch (error) {
        this.storeAway = error instanceof StateUnavailable;
        this.#suspect ||= error instanceof StateSetBack;
        if (this.storeAway) log.warn({ error }, 'the state store is away; trying again');
        else if (error instanceof StateLost || error instanceof StateSetBack) log.info({}, error.message);
        else log.error({ error }, 'the state could not be brought up to date; trying again');
      }
      // Not all instances at the same moment.
      await sleep(pause * (0.5 + this.parts.random.next() / 2));
    }
  }

  /** @returns undefined if another instance is at it */
  async #attempt(suspected: boolean): Promise<PreparedState | undefined> {
    const state = new StateAccess(this.parts.store);
    const ends = this.ends();
    const found = await readMeta(state);
    const suspect = suspected && !this.#isRenewed(state.epoch, found);
    if (!suspect && (await this.#plan(found, ends)) === 'ready')
      return (await isStillSo(state, found)) ? prepared(state, found) : undefined;
    const lease = await Lease.take(state, this.parts);
    if (!lease) {
      const total = positionOfCursor(ends.head);
      this.progress = { done: positionOfCursor(found.checkpoint), total, here: false };
      return undefined;
    }
    try {
      // What was found before the lease was taken may be over.
      return await this.#underLease(await LeasedState.open(state, lease), ends, suspect);
    } catch (error) {
      await lease.release().catch(() => {}); // it ends by itself
      throw error;
    }
  }

  /**
   * Whether somebody has brought this very store up to date under a new generation while we had it in sight: then it need not be done
   * again. Ids of generations grow with time, so an older copy does not look like that.
   */
  #isRenewed(epoch: number, { generation = '', status }: Meta): boolean {
    if (this.#first?.epoch !== epoch) this.#first = { epoch, generation };
    return status === 'live' && generation > this.#first.generation;
  }

  async #underLease(found: LeasedState, ends: LogEnds, suspect: boolean): Promise<PreparedState> {
    const { log } = found.meta;
    if (isAnotherLog(log, ends.logId))
      this.parts.log.warn(
        { log, logId: ends.logId },
        'the bus has another log: the state is built from that one',
      );
    const leased = await this.#begun(found, ends, suspect);
    const { generation, status } = leased.meta;
    await this.parts.bus.recall();
    if (status !== 'live') await this.finishLocking(generation ?? '', leased.state.epoch);
    await new RebuildPages(this.parts, this.counters, leased, ends.acknowledged).run((after) => {
      this.progress = { done: positionOfCursor(after), total: positionOfCursor(ends.head), here: true };
      return !this.ended();
    });
    return this.#finish(leased, ends);
  }

  /** A new generation stops the live handlers of every instance; only then is anything removed. */
  async #begun(found: LeasedState, ends: LogEnds, suspect: boolean): Promise<LeasedState> {
    let leased = found;
    const generation = this.parts.ids();
    if ((await this.#plan(found.meta, ends)) === 'from-the-start') {
      this.counters.rebuilds++;
      const types = this.#types;
      const log = ends.logId === undefined ? {} : { log: ends.logId };
      leased = await leased.changed({ generation, status: 'emptying', checkpoint: '0', types, ...log });
    } else if (suspect && leased.meta.status === 'live') {
      leased = await leased.changed({ generation, status: 'rebuilding' });
    }
    if (leased.meta.status !== 'emptying') return leased;
    await emptyState(leased.state, leased.lease);
    return leased.changed({ status: 'rebuilding' });
  }

  /** Gives what it has written: from then on another instance may begin anew, and what stands in `meta` may be of its state. */
  async #finish(leased: LeasedState, { acknowledged, logId }: LogEnds): Promise<PreparedState> {
    const log = logId ?? leased.meta.log;
    await leased.advance(acknowledged, [], () => [
      setMeta('status', 'live'),
      setMeta('types', this.#types),
      ...(log === undefined ? [] : [setMeta('log', log)]),
      leased.lease.drop(),
    ]);
    return prepared(leased.state, { ...leased.meta, log });
  }

  async #plan(meta: Meta, { head, logId = meta.log }: LogEnds): Promise<Plan> {
    const checkpoint = positionOfCursor(meta.checkpoint);
    if (meta.generation === undefined || isAnotherLog(meta.log, logId)) return 'from-the-start';
    if (meta.status === 'emptying') return 'go-on';
    if (this.#lacksTypes(meta)) return 'from-the-start';
    const told = meta.types === this.#types && meta.log === logId;
    const end = checkpoint < positionOfCursor(head) ? head : await this.#endOfLog(checkpoint);
    if (checkpoint > positionOfCursor(end)) return 'from-the-start';
    // Not `acknowledged`: behind one event that is owed for long, others are acknowledged, and may be missing here.
    const upToDate = checkpoint === positionOfCursor(end);
    return meta.status === 'live' && upToDate && told ? 'ready' : 'go-on';
  }

  /**
   * Others may have moved the checkpoint since we registered, and the log has grown since: only the log itself can tell whether it
   * ends before the checkpoint, there, or behind it.
   */
  async #endOfLog(checkpoint: number): Promise<string> {
    const after = String(checkpoint);
    const { head } = await this.parts.bus.query({
      eventTypes: JSON.parse(this.#types) as string[],
      after,
      limit: 1,
      acknowledgedOnly: false,
    });
    // The events would not tell: those from the checkpoint on may all be of types that this service may not receive.
    return head ?? after;
  }

  #lacksTypes({ types }: Meta): boolean {
    const made = new Set(JSON.parse(types ?? '[]') as string[]);
    return (JSON.parse(this.#types) as string[]).some((type) => !made.has(type));
  }
}

/**
 * Whether all that a plan was made of stands there at one instant. It was read text by text: the status of a state that was lost
 * meanwhile, beside the generation of the one that is being built in its place, would look fit.
 */
async function isStillSo(state: StateAccess, { lease: _, ...meta }: Meta): Promise<boolean> {
  const expect = Object.entries(meta).map(([key, text]) => ({ space: 'meta', key, text }) as const);
  return (await state.commitAsIs({ expect, writes: [] })).ok;
}

function prepared({ epoch }: StateAccess, { generation = '', log }: Meta): PreparedState {
  return { generation, epoch, logId: log };
}
