import type { ClientType } from './client-type.js';
import { serve, wake } from './dispatch.js';
import type { Lane } from './lane.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import { takeBack } from './take-back.js';

/** A session comes into the turn of its client type, or goes out of it; with it go its lanes. */

export function joinTurns(state: State, session: Session, client: ClientType): void {
  session.place = client.turns.length;
  client.turns.push(session);
  session.inTurn = true;
  state.refillable.add(client);
  serve(state, session);
}

/** The session gets nothing new; what waits for it goes to others, what is out may be finished (verb `drain`). */
export function drain(state: State, session: Session): void {
  if (session.client === undefined) {
    state.refuse(session, 'not_registered', 'a session that has not registered has nothing to drain', {
      messageType: 'drain',
    });
    return;
  }
  session.draining = true;
  session.drainAsked = true;
  const waiting = [...session.readyUrgent, ...session.ready];
  stepOut(session);
  for (const lane of waiting) {
    lane.waiting.leave();
    wake(state, lane);
  }
  serve(state, session);
}

/** The session is gone, or registers anew: everything that is out at it is fenced and goes to others. */
export function leaveTurns(state: State, session: Session): void {
  const lanes = new Set<Lane>();
  for (const { lane } of session.outstanding.values()) lanes.add(lane);
  for (const line of [session.readyUrgent, session.ready]) for (const lane of line) lanes.add(lane);
  for (const lane of lanes) takeBack(lane, 0);
  stepOut(session);
  for (const lane of lanes) wake(state, lane);
}

/** The connection is gone. */
export function close(state: State, session: Session): void {
  session.open = false;
  state.sessions.delete(session.id);
  session.client?.members.delete(session);
  leaveTurns(state, session);
}

function stepOut(session: Session): void {
  if (!session.inTurn || session.client === undefined) return;
  const { client } = session;
  client.turns.splice(session.place, 1);
  if (session.place < client.turn) client.turn -= 1;
  if (client.turn >= client.turns.length) client.turn = 0;
  for (const [place, other] of client.turns.entries()) other.place = place;
  session.inTurn = false;
}
