import type { BatchRecord } from '../store/event-store.js';
import { serve, wake } from './dispatch.js';
import type { Debt } from './lane.js';
import type { Pending } from './pipeline.js';
import { type Answer, answer, answerError, type Waiter } from './receipts.js';
import { endDebt, recall, remove } from './settle.js';
import type { State } from './state.js';
import { stopCompleting } from './take-back.js';
import { owe } from './window.js';

/** An accepted batch on its way to the disk: only when it is there are its events announced, and its sender told. */
export class PendingBatch implements Pending {
  constructor(
    readonly state: State,
    readonly record: BatchRecord,
    readonly verdict: Answer,
    /** those who sent it; repeats join them */
    readonly waiters: readonly Waiter[],
    /** the debt that it completes */
    readonly debt: Debt | undefined,
  ) {}

  durable(): void {
    const { state, record, verdict, waiters } = this;
    const { sender, events } = record;
    for (const id of this.#ids()) state.answers.remember(sender, id, verdict);
    for (const waiter of waiters) answer(state, waiter, verdict);
    state.durable = events.at(-1)?.position ?? state.durable;
    state.effects.committed(events);
    for (const event of events) {
      state.heads.settle(event);
      for (const name of event.owedTo) owe(state, state.clientTypes.get(name)!, event);
    }
    if (this.debt !== undefined) complete(state, this.debt);
  }

  /** Its events are taken back by the caller, who knows which others are lost with them. */
  failed(reason: string): boolean {
    const { state, record, waiters, debt } = this;
    for (const id of this.#ids()) state.answers.forget(record.sender, id);
    for (const waiter of waiters) answerError(state, waiter, 'store_unavailable', reason);
    if (debt !== undefined) stopCompleting(state, debt);
    return false;
  }

  /** Under what it may be asked for: its batch id, and what it is for. */
  *#ids(): Iterable<string> {
    const { batchId } = this.record;
    const sentAs = this.waiters[0]?.batchId;
    if (batchId !== undefined) yield batchId;
    if (sentAs !== undefined && sentAs !== batchId) yield sentAs;
  }
}

/** The batch that acknowledges the debt is durable. */
function complete(state: State, debt: Debt): void {
  const { lane } = debt;
  const session = debt.delivery === '' ? undefined : lane.holder;
  if (session !== undefined) {
    session.acknowledged += 1;
    recall(debt);
  }
  remove(state, debt);
  endDebt(lane.client, debt);
  stopCompleting(state, debt);
  if (session !== undefined) serve(state, session);
  wake(state, lane);
}
