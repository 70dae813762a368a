import type { Expectation } from '../../state/state-store.js';
import type { BatchOutcome, HandlerContext } from '../types.js';
import { afterConflict, afterOthers, afterRefusal, behind, caughtUp, judgedName } from './catching-up.js';
import type { Hold } from './contention.js';
import type { Send } from './context.js';
import { makeEntry, resolveSends } from './entry-making.js';
import type { Healer } from './healer.js';
import { type Job, Overdue } from './job.js';
import { MarkChanges } from './mark-changes.js';
import { raise } from './marks.js';
import type { Outbox, Settled } from './outbox.js';
import {
  type EntrySend,
  entryEnd,
  entryWrites,
  expectEntry,
  type OpenEntry,
  outgoingBatch,
  type Undo,
} from './outbox-entry.js';
import { assertNotOvertaken } from './overtaken.js';
import { hasReceiptListener } from './receipts.js';
import { type LiveParts, newTransaction } from './service-parts.js';
import type { Transaction } from './transaction.js';
import type { Again, GivenUp, Handled, Receipts, Result, Run, Work } from './work.js';

/** Marks that did not move although they had to: after this many the contention is given up. */
const FRUITLESS_MAX = 2;

/**
 * The handler transaction: runs a handler and makes the one commit that follows from what it did.
 *
 * | it did       | commit                                                                                         |
 * |--------------|------------------------------------------------------------------------------------------------|
 * | nothing      | none; but what it read must have been so at one instant, of the state this instance knows      |
 * | writes       | one store commit: what it read is still so; writes + applied mark                             |
 * | sends        | check as for nothing, then one bus batch with the acknowledgement                             |
 * | both         | one store commit: writes + applied mark + outbox entry + locks; then the outbox takes over     |
 *
 * Why a decision knows what `seen` says it knows: the marks it is judged by are read after the handler has returned (t1), and
 * what the handler read is checked once more after that (t2). At t2 the values are current, so they hold at least every event
 * that the marks of t1 cover; if the bus accepts, there are no others. Reading the mark without the check would let an event
 * slip in between the value and the mark: a decision on the old value under the new number.
 */
export class Transactor {
  constructor(
    private readonly parts: LiveParts,
    private readonly outbox: Outbox,
    private readonly healer: Healer,
  ) {}

  /** @param due an entry whose decision has to run again, from an earlier delivery of the same event */
  async run<T>(work: Work<T>, job: Job, due?: OpenEntry): Promise<Result<T>> {
    const hold = this.parts.contention.hold();
    let open = due;
    let last: Again | undefined;
    let fruitless = 0;
    try {
      for (let run = 0; run < this.parts.limits.runsMax && fruitless < FRUITLESS_MAX; run++) {
        const step = await this.#once(work, hold, job, open);
        if (step.kind !== 'again') return step;
        last = step;
        open = step.due ?? open;
        await assertNotOvertaken(this.parts, work.event, step.refused);
        const caught = await job.aside(async () => {
          await hold.queue(step.names, job);
          return caughtUp(this.parts, this.healer, work.event, step, job);
        });
        if (!caught) fruitless++;
      }
      return givenUp(last, fruitless >= FRUITLESS_MAX);
    } catch (error) {
      // The time went by in waiting for others: that is not the handler's fault.
      if (error instanceof Overdue && work.event && last) return givenUp(last, false);
      throw error;
    } finally {
      hold.release();
    }
  }

  async #once<T>(
    work: Work<T>,
    hold: Hold,
    job: Job,
    open: OpenEntry | undefined,
  ): Promise<Result<T> | Again> {
    const transaction = newTransaction(this.parts);
    const handled = await job.run(
      async () => (open && work.decide ? work.decide(transaction) : work.handle(transaction)),
      (reason) => transaction.close(reason),
    );
    transaction.close();
    job.check();
    if (!handled) return { kind: 'covered' };

    const keys = keysJudged(handled.sends);
    if (!hold.take(keys.map(judgedName))) return afterOthers(keys);

    const marks = new MarkChanges(this.parts.state);
    if (work.event && handled.mark) marks.know(work.event.key, handled.mark.text);
    const awaited = await behind(this.parts, work.event, keys, marks);
    if (awaited.length > 0) return afterOthers(keys, awaited);

    const sends = await resolveSends(this.parts, handled.sends, marks, work.event);
    if (sends.length > 0) await work.beforeSending?.();
    const run: Run<T> = { work, handled, transaction, sends, keys, marks, open };
    const writes = transaction.wrote || work.keep || open || hasReceiptListener(this.parts.model, sends);
    if (writes) return this.#commit(run, job);
    return sends.length > 0 ? this.#publish(run) : this.#check(run);
  }

  /** A route that only reads answers for what it read when it read it; so only the state as a whole must be the right one. */
  async #check<T>({ work, handled, transaction }: Run<T>): Promise<Result<T> | Again> {
    const strict = work.event !== undefined || work.atOneInstant;
    const again = strict ? await this.#changed(transaction, handled.basis) : undefined;
    if (again) return again;
    if (!work.event) await this.parts.state.verify([]);
    this.parts.updates.publish(transaction.published());
    return done(handled, { acknowledged: false, marked: false, receipts: [] });
  }

  async #publish<T>(run: Run<T>): Promise<Result<T> | Again> {
    const { work, handled, transaction, sends, keys, marks } = run;
    const again = await this.#changed(transaction);
    if (again) return again;
    // What came in between was sent by others of this service: the bus would refuse this batch behind it.
    const awaited = await behind(this.parts, work.event, keys, marks);
    if (awaited.length > 0 || keys.some((key) => this.parts.contention.judged(key)))
      return afterOthers(keys, awaited);
    const batch = outgoingBatch(this.parts.ids(), sends, work.delivery);
    const outcome = await this.#sent(sends, this.parts.bus.publish(batch));
    switch (outcome.kind) {
      case 'accepted':
        this.parts.updates.publish(transaction.published());
        return done(handled, { acknowledged: true, marked: false, receipts: outcome.receipts });
      case 'inconsistent':
        this.parts.counters.bus_refusals++;
        return afterRefusal(outcome.contested, run);
      case 'refused':
        return outcome;
      case 'fenced':
      case 'unknown':
        return { kind: 'left' };
    }
  }

  /** Whether what was read is still so; a run that read nothing depends on nothing. */
  async #changed(transaction: Transaction, basis: readonly Expectation[] = []): Promise<Again | undefined> {
    const expect = [...basis, ...transaction.expectations()];
    if (expect.length === 0) return undefined;
    const verified = await this.parts.state.verify(expect);
    return verified.done ? undefined : this.#conflicted(verified.conflict);
  }

  async #commit<T>(run: Run<T>, job: Job): Promise<Result<T> | Again> {
    const { work, handled, transaction, marks, open } = run;
    const undo = await this.#undo(run);
    if (work.event && handled.mark) {
      const { key, value } = work.event;
      await marks.change(key, (mark) => raise(mark, value));
    }
    const kept = work.keep?.(handled.value);
    const entry = this.#entry(run, undo, kept?.key);
    const committed = await this.parts.state.commit({
      expect: [
        ...(open ? [expectEntry(open)] : []),
        ...marks.expectations(),
        ...transaction.expectations(),
        ...(kept?.expect ?? []),
      ],
      writes: [
        ...transaction.writes(),
        ...marks.writes(),
        ...(kept?.writes ?? []),
        ...(open ? entryEnd(open, entry) : entry ? entryWrites(entry) : []),
      ],
    });
    if (!committed.done) {
      const { space } = committed.conflict;
      if (space === 'outbox' || space === 'answer') return { kind: 'raced' };
      return this.#conflicted(committed.conflict);
    }
    this.parts.watch.changed(marks.changed());
    const marked = handled.mark !== undefined;
    // With an entry, the rest leaves when that ends.
    this.parts.updates.publish(entry ? transaction.published(standsAlone) : transaction.published());
    if (!entry) return done(handled, { acknowledged: false, marked, receipts: [] });
    const settled = await this.#sent(run.sends, this.outbox.settle(entry, work.delivery, job));
    return this.#afterSettling(run, settled, marked);
  }

  #afterSettling<T>(run: Run<T>, settled: Settled, marked: boolean): Result<T> | Again {
    const { handled } = run;
    switch (settled.kind) {
      case 'accepted':
        return done(handled, { acknowledged: true, marked, receipts: settled.receipts });
      case 'judged':
        return done(handled, { acknowledged: false, marked, receipts: [] });
      case 'undone':
        return afterRefusal(settled.contested, run);
      case 'due':
        return { ...afterRefusal(settled.contested, run), due: settled.open };
      case 'refused':
      case 'raced':
      case 'left':
        return settled;
    }
  }

  #entry<T>(
    { work, sends, transaction }: Run<T>,
    undo: Undo | undefined,
    answer: string | undefined,
  ): OpenEntry | undefined {
    if (sends.length === 0) return undefined;
    const updates = transaction.published((mode) => !standsAlone(mode));
    return makeEntry(this.parts, { name: work.name, sends, event: work.event, undo, updates, answer });
  }

  /** How the effect could be taken back if the bus refuses; only where that is the way out (see take-back.ts). */
  async #undo<T>({ work, handled, transaction, sends }: Run<T>): Promise<Undo | undefined> {
    const listened = transaction.wrote && hasReceiptListener(this.parts.model, sends);
    if (sends.length === 0 || work.decide || listened) return undefined;
    const undo = await transaction.undo();
    return undo && { ...undo, ...(handled.mark && { mark: handled.mark.text ?? null }) };
  }

  /** Of events that come back to this service: who decides about their keys next needs them applied first. */
  #sent<A extends BatchOutcome | Settled>(sends: readonly EntrySend[], answer: Promise<A>): Promise<A> {
    const { contention, model } = this.parts;
    const comesBack = (send: EntrySend | undefined) => send !== undefined && model.types.has(send.type);
    const noted = answer.then((outcome) => {
      if (outcome.kind === 'accepted')
        for (const [n, { key, value }] of outcome.receipts.entries())
          if (comesBack(sends[n])) contention.noteAccepted(key, value);
      return outcome;
    });
    const keys = sends.filter(comesBack).map(({ key }) => key);
    contention.noteSent(keys, noted);
    return noted;
  }

  #conflicted(conflict: Expectation): Again {
    this.parts.counters.store_conflicts++;
    return afterConflict(conflict);
  }
}

/** @param fruitless the service knew no more, however long it waited */
function givenUp(last: Again | undefined, fruitless: boolean): GivenUp {
  const { names = [], refused = [] } = last ?? {};
  // What `seen` lacks is on its way, or waits for an operator. A value that the script has named does not get right by waiting.
  const stuck = fruitless && refused.length > 0 && refused.every(({ expect }) => expect === 'exact');
  return { kind: 'contended', names, keys: [...new Set(refused.map(({ key }) => key))], stuck };
}

/** What a projection writes stands as soon as it is committed, whatever the bus says to the batch. */
function standsAlone(mode: HandlerContext['mode']): boolean {
  return mode === 'projection';
}

function keysJudged(sends: readonly Send[]): string[] {
  return [...new Set(sends.filter(({ expect }) => expect !== 'any').map(({ key }) => key))].sort();
}

function done<T>(
  { value }: Handled<T>,
  how: { acknowledged: boolean; marked: boolean; receipts: Receipts },
): Result<T> {
  return { kind: 'done', value, ...how };
}
