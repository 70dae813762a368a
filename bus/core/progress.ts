import type { ClientType } from './client-type.js';
import type { State } from './state.js';

/** A session is told at most this often. */
const PROGRESS_INTERVAL_MS = 1_000;

/** Tells the sessions that asked for it how far their client type has acknowledged, if that or the head has moved. */
export function tellProgress(state: State, client: ClientType): void {
  for (const session of client.members) {
    if (!session.has('progress') || state.clock < session.toldAt + PROGRESS_INTERVAL_MS) continue;
    const acknowledged = client.acknowledged(state.durable);
    if (acknowledged === session.toldAcknowledged && state.durable === session.toldHead) continue;
    session.toldAcknowledged = acknowledged;
    session.toldHead = state.durable;
    session.toldAt = state.clock;
    state.emit({ kind: 'progress', sessionId: session.id, acknowledged, head: state.durable });
  }
}
