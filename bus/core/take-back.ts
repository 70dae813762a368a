import { wake } from './dispatch.js';
import type { Debt, Lane } from './lane.js';
import { recall, release } from './settle.js';
import type { State } from './state.js';

/**
 * Takes back what is out of a lane from the debt at `from` on: the tokens are fenced, and the events are to be sent again. A debt
 * that a batch is completing stays in its place, and the lane sends nothing until the outcome of that batch is known.
 */
export function takeBack(lane: Lane, from: number): void {
  for (const debt of lane.queue.slice(from, lane.out)) {
    recall(debt);
    if (!debt.completing) continue;
    debt.takenBack = true;
    lane.unsettled += 1;
  }
  lane.out = Math.min(lane.out, from);
  if (lane.out === 0) lane.watch.leave();
  lane.waiting.leave();
}

/** The outcome of the batch that completes this debt is known: the lane does not wait for it any longer. */
export function stopCompleting(state: State, debt: Debt): void {
  debt.completing = false;
  if (!debt.takenBack) return;
  debt.takenBack = false;
  debt.lane.unsettled -= 1;
  wake(state, debt.lane);
}

/** Drops from memory what a lane holds from `from` on, nothing of which is out; a read of the key brings it back. */
export function dropTail(state: State, lane: Lane, from: number): void {
  for (const debt of lane.queue.splice(from)) {
    release(state, debt);
    lane.client.lowWater.end(debt);
    lane.skipped = Math.max(lane.skipped, debt.position);
    if (!debt.takenBack) continue;
    debt.takenBack = false;
    lane.unsettled -= 1;
  }
}
