import type { ClientType } from './client-type.js';
import { giveTo, nextInTurn, serve, wake } from './dispatch.js';
import type { Lane } from './lane.js';
import { tellProgress } from './progress.js';
import type { Session } from './session.js';
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

/**
 * Moves the lanes whose first event was not acknowledged in time. All of them are taken back before anything is sent: what is sent
 * must not be taken back in the same step.
 */
function moveOverdue(state: State, client: ClientType): void {
  const moved: Lane[] = [];
  const freed = new Set<Session>();
  // In the order of `headSince`: the first one leaves the line, or is left alone and begins anew, at its end.
  for (let lane = firstOverdue(state, client); lane !== undefined; lane = firstOverdue(state, client)) {
    const { holder } = lane;
    if (holder === undefined || !takeOverdue(lane, holder)) restartDeadline(state, lane);
    else {
      moved.push(lane);
      freed.add(holder);
    }
  }
  for (const lane of moved) wake(state, lane);
  for (const session of freed) serve(state, session);
}

function firstOverdue({ clock, options }: State, { deadlines }: ClientType): Lane | undefined {
  const lane = deadlines.first?.item;
  return lane !== undefined && lane.headSince + options.ackDeadlineMs <= clock ? lane : undefined;
}

/**
 * Takes the lane from its holder and gives it to another instance. If there is none, a client that understands fencing gets it again,
 * and a base client is left alone: it may simply be slow. So is the lane whose first event is being completed.
 */
function takeOverdue(lane: Lane, holder: Session): boolean {
  const other = nextInTurn(lane, holder);
  if (lane.queue[0]?.completing || (other === undefined && holder.isBase)) return false;
  takeBack(lane, 0);
  if (other !== undefined) giveTo(other, lane);
  return true;
}
