/** Events that wait for a client type that is away. */
import type { Stage, Started } from './harness/processes.js';
import { registered } from './load/bus-link.js';
import { CONSUMER, eventsPerSecond, MEASURED, nowNs, type Spell } from './load/jobs.js';

export interface OwedLoad {
  readonly events: number;
  readonly keys: number;
}

/** Makes a client type known to the bus, so that it is owed events from now on. */
export async function introduce(bus: Started, clientType = CONSUMER): Promise<void> {
  const link = await registered(
    bus.address,
    { client_type: clientType, event_types: [MEASURED], max_in_flight: 0 },
    () => undefined,
  );
  link.close();
}

/** Publishes events as fast as it goes. */
export async function publishAll(stage: Stage, bus: Started, load: OwedLoad): Promise<Spell> {
  const publisher = await stage.load({
    kind: 'publish',
    target: { kind: 'bus', address: bus.address },
    ...load,
    inFlight: 2048,
    perFrame: 64,
    pacePerSecond: 0,
    knowledge: 'exact',
  });
  publisher.go();
  return publisher.result;
}

const LOOK_MS = 20;

/** How many events are owed to the client type, as the bus tells on its HTTP side. */
export async function owedTo(bus: Started, clientType = CONSUMER): Promise<number> {
  const answer = await fetch(`${bus.address.replace('ws:', 'http:')}/services`);
  const { services } = (await answer.json()) as { services: { client_type: string; owed: number }[] };
  return services.find((service) => service.client_type === clientType)?.owed ?? 0;
}

/** Resolves when nothing is owed to the client type. */
export async function paid(bus: Started, clientType = CONSUMER): Promise<void> {
  while ((await owedTo(bus, clientType)) > 0) await pause();
}

/**
 * Looks on while a debt is worked off, from the first look at which it is smaller to the one at which nothing is owed.
 * @returns events per second
 */
export async function drainRate(bus: Started, clientType = CONSUMER): Promise<number> {
  const owed = await owedTo(bus, clientType);
  let begun: { readonly at: number; readonly left: number } | undefined;
  for (;;) {
    const left = await owedTo(bus, clientType);
    const at = nowNs();
    if (begun === undefined && left < owed) begun = { at, left };
    if (left === 0) break;
    await pause();
  }
  if (begun === undefined || begun.left === 0) throw new Error('all was paid between two looks');
  return eventsPerSecond(begun.left, { startedAt: begun.at, endedAt: nowNs() });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
