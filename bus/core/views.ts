import type { ClientType } from './client-type.js';
import type { Session } from './session.js';
import type { State } from './state.js';
import type { CoreViews, ParkedRecord, Refusal, ServiceView } from './types.js';

/** What people and pages may see of the core. */
export class Views implements CoreViews {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  services(): ServiceView[] {
    return [...this.#state.clientTypes.values()].map((client) => serviceView(client, this.#state.durable));
  }

  parked(): ParkedRecord[] {
    return [...this.#state.clientTypes.values()].flatMap(({ parked }) =>
      [...parked.values()].map(({ record }) => record),
    );
  }

  refusals(key: string): Refusal[] {
    return this.#state.refusals.of(key);
  }

  holder(clientType: string, key: string): number | undefined {
    const lane = this.#state.clientTypes.get(clientType)?.lanes.get(key);
    return (lane?.out ? lane.holder : lane?.receiver)?.id;
  }

  head(): number {
    return this.#state.durable;
  }
}

function serviceView(client: ClientType, durable: number): ServiceView {
  return {
    clientType: client.name,
    eventTypes: client.eventTypes,
    changed: client.changed,
    owed: client.owed,
    oldestOwed: client.lowWater.lowest()?.time,
    acknowledged: client.acknowledged(durable),
    parked: client.parked.size,
    redelivered: client.redelivered,
    instances: [...client.members].map(instanceView),
  };
}

function instanceView(session: Session): ServiceView['instances'][number] {
  return {
    sessionId: session.id,
    info: session.registration?.instance,
    keys: session.keys,
    inFlight: session.outstanding.size,
    acknowledgedCount: session.acknowledged,
    draining: session.draining,
    since: session.since,
  };
}
