import type { Debt, Lane } from './lane.js';
import type { Line } from './line.js';
import type { Session } from './session.js';
import { acknowledge } from './settle.js';
import type { State } from './state.js';

/**
 * Who gets what next: sticky round robin, with at most `maxInFlight` deliveries out at a session and `laneInFlightMax` of one lane.
 *
 * A key keeps its holder. A key without one goes to the next session in turn that has room, and only then the turn moves on. Lanes
 * that wait for room are served in the order in which they began to wait, urgent ones first.
 *
 * Why some are urgent: a decision is refused as long as its service does not know all of a key. If its window is full of such
 * decisions, what they have to know would wait behind them, and they for it.
 */

/** Something about the lane has changed: sends what may be sent, or lets the lane wait for room. */
export function wake(state: State, lane: Lane): void {
  if (!hasSomethingToSend(state, lane)) return;
  const { receiver, client } = lane;
  if (receiver !== undefined) {
    const line = lane.urgent ? receiver.readyUrgent : receiver.ready;
    if (receiver.roomFor(lane) > 0 && line.length === 0) send(state, lane, receiver);
    else waitIn(line, lane);
    return;
  }
  // What is out at a session that drains is finished there first: one lane is never out at two sessions.
  if (lane.out > 0) return;
  const line = lane.urgent ? client.unheldUrgent : client.unheld;
  const session = line.length === 0 ? nextInTurn(lane) : undefined;
  if (session === undefined) waitIn(line, lane);
  else {
    giveTo(session, lane);
    send(state, lane, session);
  }
}

/** What is owed of this key is what handlers of the client type wait for: it goes before all that is not urgent. */
export function makeUrgent(state: State, lane: Lane): void {
  if (lane.urgent || lane.idle) return;
  lane.urgent = true;
  lane.client.contends = true;
  if (lane.wanting.line !== undefined) lane.wanting.join(lane.client.wantingUrgent);
  lane.waiting.leave();
  wake(state, lane);
}

/** A delivery of the session has ended: serves the lanes that wait for room, and answers a drain when nothing is out. */
export function serve(state: State, session: Session): void {
  while (session.inTurn) {
    const lane = longestWaiting(session);
    if (lane === undefined || session.roomFor(lane) <= 0) break;
    lane.waiting.leave();
    if (lane.holder !== session) giveTo(session, lane);
    send(state, lane, session);
  }
  if (session.drainAsked && session.outstanding.size === 0) {
    session.drainAsked = false;
    state.emit({ kind: 'drained', sessionId: session.id });
  }
}

/** Gives the key to a session and moves the turn on. */
export function giveTo(session: Session, lane: Lane): void {
  lane.client.turn = (session.place + 1) % lane.client.turns.length;
  lane.hold(session);
}

/** The next session in turn that has room, or, if a session is to be avoided, any other one rather than none. */
export function nextInTurn(lane: Lane, avoided?: Session): Session | undefined {
  const { turns, turn } = lane.client;
  let other: Session | undefined;
  for (let step = 0; step < turns.length; step += 1) {
    const session = turns[(turn + step) % turns.length]!;
    if (session === avoided) continue;
    if (session.roomFor(lane) > 0) return session;
    if (avoided !== undefined) other ??= session;
  }
  return other;
}

function hasSomethingToSend({ options }: State, lane: Lane): boolean {
  return (
    lane.queue.length > lane.out &&
    lane.out < options.laneInFlightMax &&
    lane.retryAt === 0 &&
    lane.unsettled === 0
  );
}

function waitIn(line: Line<Lane>, lane: Lane): void {
  if (lane.waiting.line === line) return;
  lane.client.readyCount += 1;
  lane.readySince = lane.client.readyCount;
  lane.waiting.join(line);
}

function longestWaiting({ ready, readyUrgent, client }: Session): Lane | undefined {
  return older(readyUrgent, client?.unheldUrgent) ?? older(ready, client?.unheld);
}

function older(ready: Line<Lane>, unheldOnes: Line<Lane> | undefined): Lane | undefined {
  const own = ready.first?.item;
  const unheld = unheldOnes?.first?.item;
  if (own === undefined || unheld === undefined) return own ?? unheld;
  return own.readySince < unheld.readySince ? own : unheld;
}

function send(state: State, lane: Lane, session: Session): void {
  while (session.roomFor(lane) > 0 && hasSomethingToSend(state, lane)) {
    const debt = lane.queue[lane.out]!;
    deliver(state, debt, session);
    if (lane.client.autoAcknowledges) acknowledge(state, debt);
  }
  if (hasSomethingToSend(state, lane)) waitIn(lane.urgent ? session.readyUrgent : session.ready, lane);
}

function deliver(state: State, debt: Debt, session: Session): void {
  const { lane, event } = debt;
  session.deliveries += 1;
  debt.delivery = `${session.id}.${session.deliveries}`;
  debt.attempt += 1;
  if (debt.attempt > 1) lane.client.redelivered += 1;
  session.outstanding.set(debt.delivery, debt);
  if (session.isBase) session.correlations.set(event.correlationId, event);
  lane.out += 1;
  if (lane.out === 1) {
    lane.headSince = state.clock;
    lane.watch.join(lane.client.deadlines);
  }
  state.effects.deliver(session, { event, delivery: debt.delivery, attempt: debt.attempt });
}
