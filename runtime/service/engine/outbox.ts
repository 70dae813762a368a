import { Abort } from '../../lua/vm.js';
import type { BatchOutcome } from '../types.js';
import type { Send } from './context.js';
import { makeEntry, resolveSends } from './entry-making.js';
import type { Job } from './job.js';
import { lockOf, unlocked } from './locks.js';
import { MarkChanges } from './mark-changes.js';
import { raiseAhead } from './marks.js';
import {
  entryBatch,
  entryEnd,
  expectEntry,
  lockedKeys,
  type OpenEntry,
  type OutboxEntry,
  openEntry,
} from './outbox-entry.js';
import { hasReceiptListener, runReceipts } from './receipts.js';
import { type LiveParts, newTransaction } from './service-parts.js';
import { isAppliedBySender } from './subscriptions.js';
import { decisionDue, takeBack } from './take-back.js';

type Receipts = Extract<BatchOutcome, { kind: 'accepted' }>['receipts'];

/** What became of an entry after the bus was asked. In every case but `left` the store says so too. */
export type Settled =
  /** accepted; the entry is gone, or holds what the receipt listeners sent on */
  | { readonly kind: 'accepted'; readonly receipts: Receipts }
  /** refused, and the receipt listeners have dealt with it without sending on; or there is nothing to decide any more */
  | { readonly kind: 'judged' }
  /** refused, nothing of the handler is left: it may run again */
  | { readonly kind: 'undone'; readonly contested: readonly string[] }
  /** refused, the projection stands: the decision alone is to run again, replacing this entry */
  | { readonly kind: 'due'; readonly open: OpenEntry; readonly contested: readonly string[] }
  /** the bus refuses these events for good; the effect was taken back */
  | Extract<BatchOutcome, { kind: 'refused' }>
  /** somebody else has finished it meanwhile: look again */
  | { readonly kind: 'raced' }
  /** not ours to finish any more, or the answer is unknown: the entry stays for whoever comes next */
  | { readonly kind: 'left' };

/**
 * Finishes outbox entries: send, then drop.
 *
 * Invariants:
 * - An entry is committed with the effect it belongs to, before its batch is sent; it is replaced or dropped only in a
 *   commit that expects its very text, so of several finishers (a redelivery here, a sweep there) exactly one does it.
 * - Dropping an entry, raising the marks of the batch's own events, ending its locks and the writes of the receipt
 *   listeners are one commit. Before it an own event is known by the entry, after it by its mark: never by neither.
 * - A crash anywhere between leaves the entry. Sent again under the same batch id it gets the same answer.
 */
export class Outbox {
  /** names of entries that somebody in this process is finishing; the sweep leaves them alone */
  readonly busy = new Set<string>();

  constructor(private readonly parts: LiveParts) {}

  async find(name: string): Promise<OpenEntry | undefined> {
    const text = await this.parts.state.text('outbox', name);
    return text === undefined ? undefined : openEntry(name, text);
  }

  /** @param delivery the batch acknowledges it, if it is still this session's */
  async settle(open: OpenEntry, delivery: string | undefined, job: Job): Promise<Settled> {
    this.busy.add(open.name);
    try {
      for (let next = open; ; ) {
        const settled = await this.#send(next, delivery, job);
        if (settled.kind !== 'instead') return settled;
        next = settled.open;
      }
    } finally {
      this.busy.delete(open.name);
    }
  }

  async #send(
    open: OpenEntry,
    delivery: string | undefined,
    job: Job,
  ): Promise<Settled | { kind: 'instead'; open: OpenEntry }> {
    const { sends } = open.entry;
    if (sends.length === 0)
      return this.#hasDecision(open.entry.event) ? { kind: 'due', open, contested: [] } : this.#drop(open);
    const outcome = await this.parts.bus.publish(entryBatch(open.entry, delivery));
    switch (outcome.kind) {
      case 'accepted':
        await this.#accepted(open, outcome.receipts, job);
        return outcome;
      case 'inconsistent': {
        this.parts.counters.bus_refusals++;
        if (!this.#listenersDecide(open.entry)) return this.#takeBack(open, outcome.contested);
        const next = await this.#judge(open, 'inconsistent', [], job);
        return next ? { kind: 'instead', open: next } : { kind: 'judged' };
      }
      case 'refused': {
        const taken = await this.#takeBack(open, []);
        return taken.kind === 'raced' ? taken : outcome;
      }
      case 'fenced':
      case 'unknown':
        return { kind: 'left' };
    }
  }

  /** With a receipt listener, and something written that cannot simply be written again, the listener has the say. */
  #listenersDecide({ sends, undo, event }: OutboxEntry): boolean {
    return undo === undefined && !this.#hasDecision(event) && hasReceiptListener(this.parts.model, sends);
  }

  #hasDecision(event: OutboxEntry['event']): boolean {
    return event !== undefined && this.parts.model.types.get(event.type)?.decision !== undefined;
  }

  /** This version of the script decides nothing about such events any more; what the projection wrote stands. */
  async #drop(open: OpenEntry): Promise<Settled> {
    const { done } = await this.parts.state.commit({
      expect: [expectEntry(open)],
      writes: entryEnd(open),
    });
    return done ? { kind: 'judged' } : { kind: 'raced' };
  }

  async #accepted(open: OpenEntry, receipts: Receipts, job: Job): Promise<void> {
    let followUp: OpenEntry | undefined;
    try {
      followUp = await this.#judge(open, 'success', receipts, job);
    } catch (error) {
      // Accepted is accepted: the entry stays, and whoever comes next drops it. If the store is lost, the log has the events.
      if (!(error instanceof Abort)) throw error;
      this.parts.trouble(error);
    }
    if (!followUp) return;
    // What the listeners sent on is a durable entry of its own: whatever becomes of it, this batch is accepted.
    const settled = await this.#send(followUp, undefined, job);
    if (settled.kind !== 'accepted')
      this.parts.log.warn(
        { entry: followUp.name, outcome: settled.kind },
        'what a receipt listener sent is not accepted yet',
      );
  }

  /**
   * Drops a judged entry in one commit with everything that follows from the judgement; gives the entry that takes its place
   * if the receipt listeners sent something. Does nothing if somebody else has done it.
   */
  async #judge(
    open: OpenEntry,
    status: 'success' | 'inconsistent',
    receipts: Receipts,
    job: Job,
  ): Promise<OpenEntry | undefined> {
    for (;;) {
      const transaction = newTransaction(this.parts);
      const sends = await runReceipts(this.parts.model, open.entry, status, transaction, job);
      const marks = new MarkChanges(this.parts.state);
      for (const own of this.#ownEvents(open.entry, receipts))
        await marks.change(own.key, (mark) => raiseAhead(mark, own.value));
      const next = sends.length === 0 ? undefined : await this.#followUp(open, sends, marks);
      const committed = await this.parts.state.commit({
        expect: [expectEntry(open), ...marks.expectations(), ...transaction.expectations()],
        writes: [...transaction.writes(), ...marks.writes(), ...entryEnd(open, next)],
      });
      if (committed.done) {
        this.parts.watch.changed([...marks.changed(), ...lockedKeys(open.entry).map(lockOf)]);
        const accepted = status === 'success' ? (open.entry.updates ?? []) : [];
        this.parts.updates.publish([...accepted, ...transaction.published()]);
        return next;
      }
      if (committed.conflict.space === 'outbox') return undefined;
      await unlocked(committed.conflict, this.parts.watch, job);
      job.check();
    }
  }

  async #followUp(open: OpenEntry, sends: readonly Send[], marks: MarkChanges): Promise<OpenEntry> {
    const { event } = open.entry;
    const resolved = await resolveSends(this.parts, sends, marks, event);
    return makeEntry(this.parts, { name: open.name, sends: resolved, event });
  }

  async #takeBack(open: OpenEntry, contested: readonly string[]): Promise<Settled> {
    if (this.#hasDecision(open.entry.event)) {
      const due = await decisionDue(this.parts, open);
      return due ? { kind: 'due', open: due, contested } : { kind: 'raced' };
    }
    return (await takeBack(this.parts, open)) ? { kind: 'undone', contested } : { kind: 'raced' };
  }

  /** Events of a judged batch that came from this very handler and that no live handler will apply. */
  #ownEvents({ sends }: OutboxEntry, receipts: Receipts): { key: string; value: number }[] {
    return receipts.filter((_, n) => isAppliedBySender(this.parts.model.types.get(sends[n]?.type ?? '')));
  }
}
