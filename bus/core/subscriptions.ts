import type { SubscriptionRecord } from '../store/event-store.js';
import type { ClientType } from './client-type.js';
import type { Pending } from './pipeline.js';
import type { Registration, Session } from './session.js';
import type { State } from './state.js';
import { joinTurns, leaveTurns } from './turns.js';

/**
 * Verb `register`. The subscription of a client type is a durable record; it counts for what is accepted from now on, for that comes
 * after it in the log. The registration is answered when the record is durable, and events come only after the answer.
 *
 * A registration replaces the former one of the session: what was out is taken back, and comes again with new tokens.
 */
export function register(state: State, session: Session, registration: Registration): void {
  leaveTurns(state, session);
  session.client?.members.delete(session);
  session.registration = registration;
  session.draining = false;
  session.drainAsked = false;
  const eventTypes = normalized(registration.eventTypes);
  const known = state.clientTypes.get(registration.clientType);
  const client = known ?? state.addClientType(registration.clientType, eventTypes);
  session.client = client;
  const same = sameTypes(client.eventTypes, eventTypes);
  if (known !== undefined && !same) noteChange(state, client, eventTypes, session);
  if (known === undefined || !same) subscribe(state, client, eventTypes);
  if (client.subscribing === undefined) admit(state, session, registration);
  else client.subscribing.wait(session, registration);
}

/** Sorted, each type once; `*` goes for all. */
export function normalized(eventTypes: readonly string[]): string[] {
  return eventTypes.includes('*') ? ['*'] : [...new Set(eventTypes)].sort();
}

function sameTypes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((type, index) => type === others[index]);
}

/**
 * The newest registration has the say (PROTOCOL.md, P10), also if it is somebody's mistake: another script under this name, or an older one.
 * What it does not name is not owed from now on, and nobody would miss it; so a wish that becomes narrower is told loudly.
 */
function noteChange(state: State, client: ClientType, eventTypes: readonly string[], session: Session): void {
  const before = client.eventTypes;
  const dropped = eventTypes[0] === '*' ? [] : before.filter((type) => !eventTypes.includes(type));
  client.changed = { time: state.time, before, dropped };
  const others = client.members.size > 0 ? ', while others of it are here with the former wish' : '';
  const details = { clientType: client.name, before, now: eventTypes, dropped, sessionId: session.id };
  if (dropped.length === 0)
    state.emit({ kind: 'notice', level: 'info', message: 'a registration wants more event types', details });
  else
    state.emit({
      kind: 'notice',
      level: 'warn',
      message: `${client.name} is not owed ${dropped.join(', ')} any more: its newest registration does not name them${others}`,
      details,
    });
}

function subscribe(state: State, client: ClientType, eventTypes: readonly string[]): void {
  client.eventTypes = eventTypes;
  state.routes.changed();
  client.subscribing = new PendingSubscription(state, client);
  state.pipeline.add(client.subscribing);
}

/** A subscription on its way to the disk, and the registrations that are answered when it is there. */
export class PendingSubscription implements Pending {
  readonly record: SubscriptionRecord;
  readonly #state: State;
  readonly #client: ClientType;
  readonly #waiting: (readonly [Session, Registration])[] = [];

  constructor(state: State, client: ClientType) {
    this.#state = state;
    this.#client = client;
    const { name, eventTypes } = client;
    this.record = { kind: 'subscription', clientType: name, eventTypes, time: state.time };
  }

  wait(session: Session, registration: Registration): void {
    this.#waiting.push([session, registration]);
  }

  durable(): void {
    if (this.#client.subscribing === this) this.#client.subscribing = undefined;
    for (const [session, registration] of this.#waiting) admit(this.#state, session, registration);
  }

  failed(): boolean {
    return true;
  }
}

/** Answers a registration and, if it is still the session's newest, lets the session take part. */
function admit(state: State, session: Session, registration: Registration): void {
  const client = state.clientTypes.get(registration.clientType);
  if (!session.open || client === undefined) return;
  const { clientType, eventTypes, features, maxInFlight } = registration;
  const acknowledged = client.acknowledged(state.durable);
  const head = state.durable;
  state.emit({
    kind: 'registration',
    sessionId: session.id,
    clientType,
    eventTypes,
    features,
    acknowledged,
    head,
  });
  if (session.registration !== registration) return;
  session.toldAcknowledged = acknowledged;
  session.toldHead = head;
  session.toldAt = state.clock;
  session.since = state.time;
  client.members.add(session);
  if (maxInFlight > 0 && !session.draining) joinTurns(state, session, client);
}
