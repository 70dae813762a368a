import { ack, ackEvent } from './acknowledgements.js';
import { publish } from './batches.js';
import { tick } from './clock-work.js';
import { nack } from './failures.js';
import { appendFailed } from './outcomes.js';
import { unpark } from './parking.js';
import { recallAll } from './recall.js';
import { recover } from './recovery.js';
import { Session } from './session.js';
import type { State } from './state.js';
import { register } from './subscriptions.js';
import { close, drain } from './turns.js';
import type { CoreOptions, CoreViews, DurableReads, Effect, Input, Recovered } from './types.js';
import { Views } from './views.js';
import { owed, readFailed, refill } from './window.js';

/**
 * The bus as a deterministic state machine. This file only dispatches: each verb has its own.
 *
 * The same inputs at the same times give the same effects. Bad input is answered with an effect; what a session says that is
 * gone is passed over.
 */
export class Core {
  readonly views: CoreViews;
  readonly #state: State;

  constructor(recovered: Recovered, reads: DurableReads, options: CoreOptions) {
    this.#state = recover(recovered, reads, options);
    this.views = new Views(this.#state);
  }

  /**
   * @param now Unix ms
   * @throws InvariantError if the core can no longer be trusted
   */
  apply(now: number, input: Input): Effect[] {
    const state = this.#state;
    state.moveTo(now);
    dispatch(state, input);
    for (const client of state.refillable) refill(state, client);
    state.refillable.clear();
    const effects = state.effects.take();
    const append = state.pipeline.flush();
    if (append !== undefined) effects.push({ kind: 'append', ...append });
    return effects;
  }
}

function dispatch(state: State, input: Input): void {
  switch (input.kind) {
    case 'connected':
      state.sessions.set(input.sessionId, new Session(input.sessionId));
      break;
    case 'tick':
      tick(state);
      break;
    case 'appended':
      state.pipeline.appended(input.append);
      break;
    case 'append-failed':
      appendFailed(state, input.append, input.reason);
      break;
    case 'owed':
      owed(state, input);
      break;
    case 'read-failed':
      readFailed(state, input);
      break;
    case 'unpark':
      unpark(state, input);
      break;
    default: {
      const session = state.sessions.get(input.sessionId);
      if (session !== undefined) dispatchTo(state, session, input);
    }
  }
}

type SessionInput = Exclude<Extract<Input, { readonly sessionId: number }>, { kind: 'connected' }>;

function dispatchTo(state: State, session: Session, input: SessionInput): void {
  switch (input.kind) {
    case 'register':
      register(state, session, input);
      break;
    case 'new':
      publish(state, session, input);
      break;
    case 'ack':
      ack(state, session, input.deliveries);
      break;
    case 'ack-event':
      ackEvent(state, session, input.key, input.value);
      break;
    case 'nack':
      nack(state, session, input);
      break;
    case 'drain':
      drain(state, session);
      break;
    case 'recall':
      recallAll(state, session);
      break;
    case 'closed':
      close(state, session);
      break;
  }
}
