import type { ClientType } from './client-type.js';
import { giveTo, nextInTurn, serve, wake } from './dispatch.js';
import type { Lane } from './lane.js';
import { tellProgress } from './progress.js';
import { restartDeadline } from './settle.js';
import type { State } from './state.js';
import { takeBack } from './take-back.js';

/** Input `tick`: what is due because time has passed. */
export function tick(state: State): void {
  state.pipeline.resume();
  for (const client of state.clientTypes.values()) {
    if (client.readsPaused) {
      client.readsPaused = false;
      state.refillable.add(client);
    }
    retryDue(state, client);
    moveOverdue(state, client);
    tellProgress(state, client);
  }
}

function retryDue(state: State, client: ClientType): void {
  for (
    let due = client.retries.first();
    due !== undefined && due.at <= state.clock;
    due = client.retries.first()
  ) {
    client.retries.pop();
    if (due.lane.retryAt !== due.at) continue;
    due.lane.retryAt = 0;
    wake(state, due.lane);
  }
}

/** `deadlines` is in the order of `headSince`; whoever is restarted goes to its end. */
function moveOverdue(state: State, client: ClientType): void {
  for (const lane of client.deadlines) {
    if (lane.headSince + state.options.ackDeadlineMs > state.clock) return;
    overdue(state, lane);
  }
}

/**
 * The first event of the lane was not acknowledged in time: the lane goes to another instance. If there is none, a client that
 * understands fencing gets it again, a base client is left alone: it may simply be slow.
 */
function overdue(state: State, lane: Lane): void {
  const { holder } = lane;
  const other = nextInTurn(lane, holder);
  const completing = lane.queue[0]?.completing === true;
  if (holder === undefined || completing || (other === undefined && holder.isBase)) {
    restartDeadline(state, lane);
    return;
  }
  takeBack(lane, 0);
  if (other !== undefined) giveTo(other, lane);
  wake(state, lane);
  serve(state, holder);
}
