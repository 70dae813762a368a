import { cursorOf } from '../../common/protocol/cursor.js';
import type { ErrorMessage, ProgressMessage, RegistrationMessage } from '../../common/protocol/messages.js';
import type { Effect } from '../core/types.js';

/** What the core says now and then, as messages of the wire. What it says of every event is written in `wire-text.ts`. */

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** A registration as it is answered; of a reader nothing is known to be acknowledged. */
export type Registered = Omit<Of<'registration'>, 'kind' | 'acknowledged'> & {
  readonly acknowledged?: number;
};

/** @param base the client has announced no features and gets exactly the fields of the first generation */
export function registrationMessage(
  { clientType, eventTypes, sessionId, features, acknowledged, head }: Registered,
  base: boolean,
  logId: string,
): RegistrationMessage {
  const message: RegistrationMessage = {
    message_type: 'registration',
    client_type: clientType,
    event_types: [...eventTypes],
  };
  if (base) return message;
  return {
    ...message,
    session_id: sessionId,
    features: [...features],
    ...(acknowledged !== undefined && { acknowledged: cursorOf(acknowledged) }),
    head: cursorOf(head),
    log_id: logId,
  };
}

export function progressMessage({ acknowledged, head }: Of<'progress'>): ProgressMessage {
  return { message_type: 'progress', acknowledged: cursorOf(acknowledged), head: cursorOf(head) };
}

export function errorMessage({ code, message, about }: Of<'error'>): ErrorMessage {
  return {
    message_type: 'error',
    code,
    message,
    about: {
      ...(about.messageType !== undefined && { message_type: about.messageType }),
      ...(about.batchId !== undefined && { batch_id: about.batchId }),
      ...(about.delivery !== undefined && { delivery: about.delivery }),
      ...(about.acceptedAs !== undefined && { accepted_as: about.acceptedAs }),
      ...(about.position !== undefined && { position: cursorOf(about.position) }),
    },
  };
}
