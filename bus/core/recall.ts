import { serve, wake } from './dispatch.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import { takeBack } from './take-back.js';

/**
 * Verb `recall`: the state of a client type was lost or may be an older copy, so what its sessions say of what they hold is worth
 * nothing: they may speak for effects that are gone. Everything that is out is taken back, at whichever session, and sent again with
 * new tokens. The answer leaves when everything acknowledged before is on the disk: from then on a query for what is acknowledged
 * leaves out exactly what is still to be delivered, or is answered by somebody who has it by a delivery after this one.
 */
export function recallAll(state: State, session: Session): void {
  const { client } = session;
  if (client === undefined) {
    state.refuse(session, 'not_registered', 'a session that has not registered has nothing to take back', {
      messageType: 'recall',
    });
    return;
  }
  const lanes = [...client.deadlines];
  for (const lane of lanes) takeBack(lane, 0);
  for (const lane of lanes) wake(state, lane);
  for (const member of client.members) serve(state, member);
  if (client.acknowledging === undefined) recalled(state, session);
  else client.acknowledging.whenDurable(() => recalled(state, session));
}

function recalled(state: State, session: Session): void {
  if (session.open) state.emit({ kind: 'recalled', sessionId: session.id });
}
