import { serve, wake } from './dispatch.js';
import type { Debt } from './lane.js';
import type { Session } from './session.js';
import { acknowledge } from './settle.js';
import type { State } from './state.js';

/** Verb `ack`: by delivery. What is not out at this session is fenced; the others of the message count. */
export function ack(state: State, session: Session, deliveries: readonly string[]): void {
  for (const delivery of deliveries) {
    const debt = session.debtOf(delivery);
    if (debt !== undefined) finish(state, session, debt);
    else refuseFenced(state, session, 'ack', delivery);
  }
}

/** Verb `ack` of the first generation: by key and value, within what is out at this session. */
export function ackEvent(state: State, session: Session, key: string, value: number): void {
  const lane = session.client?.lanes.get(key);
  const debt = lane?.queue.find(({ event }) => event.value === value);
  if (debt !== undefined && session.debtOf(debt.delivery) === debt) finish(state, session, debt);
  else refuseFenced(state, session, 'ack');
}

function finish(state: State, session: Session, debt: Debt): void {
  acknowledge(state, debt);
  serve(state, session);
  wake(state, debt.lane);
}

export function refuseFenced(state: State, session: Session, messageType: string, delivery?: string): void {
  state.refuse(session, 'fenced', 'this delivery is not out at this session', {
    messageType,
    ...(delivery !== undefined && { delivery }),
  });
}
