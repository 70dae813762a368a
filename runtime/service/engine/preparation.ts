import { Abort } from '../../lua/vm.js';
import type { Commit, Expectation, Write } from '../../state/state-store.js';
import type { EventView } from '../types.js';
import { StateLost, StateSetBack, StateUnavailable, Voided } from './aborts.js';
import type { DoubtfulRange } from './doubt.js';
import { emptyState } from './emptying.js';
import { Job } from './job.js';
import { Lease } from './lease.js';
import { lockedKey } from './locks.js';
import { MarkChanges } from './mark-changes.js';
import { earlier, later, META, type MetaKey, positionOfCursor } from './meta.js';
import type { EngineParts } from './options.js';
import { replay } from './replay.js';
import { type Counters, newTransaction } from './service-parts.js';
import { StateAccess } from './state-access.js';
import { stateTypes, subscribedTypes } from './subscriptions.js';
import type { Transaction } from './transaction.js';

/** What the bus says of this client type, at the newest registration. */
export interface LogEnds {
  /** cursor: everything up to it is acknowledged by this client type */
  readonly acknowledged: string;
  /** cursor of the newest event */
  readonly head: string;
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
  /** part of the log whose effects may be missing, after a loss */
  readonly doubt: DoubtfulRange | undefined;
}

type Plan = 'ready' | 'from-the-start' | 'go-on';
type Meta = Readonly<Record<MetaKey, string | undefined>>;

/**
 * Makes the state fit for live work: after it, the state holds the effect of every event this client type has acknowledged.
 *
 * | found in `meta`                                        | so                                                            |
 * |--------------------------------------------------------|---------------------------------------------------------------|
 * | no generation, or made without a type the script wants | new generation, empty the state, page through everything      |
 * | now, or a checkpoint beyond the end of the log         |                                                               |
 * | a rebuild that somebody has begun                      | go on at its checkpoint                                       |
 * | a checkpoint before the end of the log                 | page through what was acknowledged after it; usually all of   |
 * |                                                        | it is here already, and nothing is written but the checkpoint |
 * | and the store may be an older copy than it was         | the same, under a new generation, so that all instances do it |
 *
 * Invariants:
 * - Only the leaseholder writes, and each of its commits expects the lease. A new generation is committed before anything is
 *   removed, so live handlers of other instances are stopped first.
 * - A page's writes, marks and checkpoint are one commit.
 * - The checkpoint never passes what the bus calls acknowledged: an event before it may still be owed, and only its mark says
 *   whether it is here. A checkpoint beyond it would hide that event from a later rebuild of an older copy of this state.
 * - Nothing is sent and nothing is acknowledged here.
 */
export class Preparation {
  /** of the attempt under way */
  #state: StateAccess;
  readonly #types: string;
  progress: Progress = { done: 0, total: undefined, here: false };
  storeAway = false;
  #suspect = false;

  constructor(
    private readonly parts: EngineParts,
    private readonly counters: Counters,
    private readonly ends: () => LogEnds,
    /** the service stops */
    private readonly ended: () => boolean,
    /** finishes the outbox entries that hold locks */
    private readonly finishLocking: (generation: string, epoch: number) => Promise<void>,
  ) {
    this.#state = new StateAccess(parts.store);
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
      await sleep(pause);
    }
  }

  /** @returns undefined if another instance is at it */
  async #attempt(suspect: boolean): Promise<PreparedState | undefined> {
    this.#state = new StateAccess(this.parts.store);
    const ends = this.ends();
    const found = await this.#meta();
    if (!suspect && (await this.#plan(found, ends)) === 'ready') return this.#prepared(found);
    const lease = await Lease.take(this.#state, this.parts);
    if (!lease) {
      const total = positionOfCursor(ends.head);
      this.progress = { done: positionOfCursor(found.checkpoint), total, here: false };
      return undefined;
    }
    try {
      return await this.#underLease(lease, ends, suspect);
    } catch (error) {
      await lease.release().catch(() => {}); // it ends by itself
      throw error;
    }
  }

  async #underLease(lease: Lease, ends: LogEnds, suspect: boolean): Promise<PreparedState> {
    // What was found before the lease was taken may be over.
    let meta = await this.#meta();
    if ((await this.#plan(meta, ends)) === 'from-the-start')
      meta = await this.#newGeneration(lease, 'emptying');
    else if (suspect && meta.status === 'live') meta = await this.#newGeneration(lease, 'rebuilding');
    if (meta.status === 'emptying') meta = await this.#emptied(lease, meta);
    const lost = meta.status !== 'live';
    if (lost) await this.finishLocking(meta.generation ?? '', this.#state.epoch);
    const reached = await this.#pages(lease, meta, ends);
    await this.#finish(lease, meta, ends, lost ? later(ends.head, reached) : meta.doubt);
    return this.#prepared(await this.#meta());
  }

  /** @param doubt cursor: what is not acknowledged yet, up to here, may have been handled before a loss */
  async #finish(
    lease: Lease,
    meta: Meta,
    { acknowledged }: LogEnds,
    doubt: string | undefined,
  ): Promise<void> {
    const certain = doubt === undefined || positionOfCursor(acknowledged) >= positionOfCursor(doubt);
    await this.#commit(lease, meta, {
      expect: [],
      writes: [
        set('status', 'live'),
        set('checkpoint', later(meta.checkpoint ?? '0', acknowledged)),
        set('types', this.#types),
        certain ? { op: 'del', space: 'meta', key: META.doubt } : set('doubt', doubt),
        lease.drop(),
      ],
    });
  }

  async #plan(meta: Meta, { head }: LogEnds): Promise<Plan> {
    const checkpoint = positionOfCursor(meta.checkpoint);
    if (meta.generation === undefined) return 'from-the-start';
    if (meta.status === 'emptying') return 'go-on';
    if (this.#lacksTypes(meta)) return 'from-the-start';
    if (checkpoint > positionOfCursor(head) && !(await this.#logReaches(checkpoint))) return 'from-the-start';
    // Not `acknowledged`: behind one event that is owed for long, others are acknowledged, and may be missing here.
    const upToDate = checkpoint >= positionOfCursor(head) && meta.types === this.#types;
    return meta.status === 'live' && upToDate ? 'ready' : 'go-on';
  }

  /** Other instances may have moved the checkpoint since we registered; only the log itself can tell that it is shorter. */
  async #logReaches(position: number): Promise<boolean> {
    const after = String(position - 1);
    const page = await this.parts.bus.query({ eventTypes: ['*'], after, limit: 1, acknowledgedOnly: false });
    return page.events.length > 0;
  }

  #lacksTypes({ types }: Meta): boolean {
    const made = new Set(JSON.parse(types ?? '[]') as string[]);
    return (JSON.parse(this.#types) as string[]).some((type) => !made.has(type));
  }

  /** From this commit on no live handler of any instance can write. */
  async #newGeneration(lease: Lease, status: 'emptying' | 'rebuilding'): Promise<Meta> {
    this.counters.rebuilds++;
    const writes = [set('generation', this.parts.ids()), set('status', status)];
    if (status === 'emptying') writes.push(set('checkpoint', '0'), set('types', this.#types));
    await this.#commit(lease, undefined, { expect: [], writes });
    return this.#meta();
  }

  async #emptied(lease: Lease, meta: Meta): Promise<Meta> {
    await emptyState(this.#state, lease);
    await this.#commit(lease, meta, { expect: [], writes: [set('status', 'rebuilding')] });
    return this.#meta();
  }

  /** @returns the cursor of the last event that was looked at */
  async #pages(lease: Lease, meta: Meta, ends: LogEnds): Promise<string> {
    const checkpoint = meta.checkpoint ?? '0';
    let reached = checkpoint;
    const eventTypes = subscribedTypes(this.parts.model);
    const limit = this.parts.limits.pageEvents;
    for (let after: string | undefined = checkpoint; after !== undefined; ) {
      this.progress = { done: positionOfCursor(after), total: positionOfCursor(ends.head), here: true };
      const page = await this.parts.bus.query({ eventTypes, after, limit, acknowledgedOnly: true });
      reached = page.next ?? page.events.at(-1)?.position ?? after;
      await this.#page(lease, meta, page.events, later(checkpoint, earlier(reached, ends.acknowledged)));
      after = page.next;
      if (this.ended()) throw new Voided('the service stops');
    }
    return reached;
  }

  /** One commit; again, if live handlers of other instances have changed what it is built on. */
  async #page(lease: Lease, meta: Meta, events: readonly EventView[], checkpoint: string): Promise<void> {
    for (let done = false; !done; ) {
      const transaction = newTransaction(this.parts);
      const marks = new MarkChanges(this.#state);
      let missing = 0;
      for (const event of events) {
        await lease.keep();
        if (await this.#replay(event, transaction, marks)) missing++;
      }
      const changes = [...transaction.writes(), ...marks.writes()];
      if (changes.length === 0) return;
      done = await this.#commit(lease, meta, {
        expect: [...marks.expectations(), ...transaction.expectations()],
        writes: [...changes, set('checkpoint', checkpoint)],
      });
      if (done) this.counters.events_replayed += missing;
    }
  }

  async #replay(event: EventView, transaction: Transaction, marks: MarkChanges): Promise<boolean> {
    const job = new Job(this.parts, this.parts.limits.handlerMs);
    try {
      return await job.run(
        () => replay(this.parts.model, this.#state, event, transaction, marks),
        (reason) => transaction.close(reason),
      );
    } catch (error) {
      // To go on without its effect would give a state that looks right and is not.
      if (error instanceof Abort) throw error;
      const { type, key, value, position } = event;
      throw new Error(
        `the handler of ${type} failed in the rebuild, at position ${position} (${key}, ${value})`,
        {
          cause: error,
        },
      );
    }
  }

  /** @returns false if something the writes are built on has changed @throws StateLost if the lease or the generation is gone */
  async #commit(lease: Lease, meta: Meta | undefined, { expect, writes }: Commit): Promise<boolean> {
    const generation: Expectation[] = meta
      ? [{ space: 'meta', key: META.generation, text: meta.generation }]
      : [];
    const result = await this.#state.commitAsIs({
      expect: [lease.expectation(), ...generation, ...expect],
      writes,
    });
    if (!result.ok && lockedKey(result.conflict) !== undefined)
      throw new StateSetBack('effects are missing that a batch in the outbox is built on');
    if (!result.ok && result.conflict.space === 'meta')
      throw new StateLost('another instance has taken over the rebuild, or the state was wiped meanwhile');
    return result.ok;
  }

  #prepared({ generation, checkpoint, doubt }: Meta): PreparedState {
    return {
      generation: generation ?? '',
      epoch: this.#state.epoch,
      doubt: doubt === undefined ? undefined : { after: checkpoint ?? '0', upTo: doubt },
    };
  }

  async #meta(): Promise<Meta> {
    const read = async (key: MetaKey) => [key, await this.#state.text('meta', META[key])] as const;
    const keys = Object.keys(META) as MetaKey[];
    return Object.fromEntries(await Promise.all(keys.map(read))) as Meta;
  }
}

function set(key: MetaKey, text: string): Write {
  return { op: 'set', space: 'meta', key: META[key], text };
}
