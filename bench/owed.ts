/** Events that wait for a client type that is away. */
import type { Stage, Started } from './harness/processes.js';
import { processorSeconds } from './harness/subjects.js';
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

/** How a service worked off a debt once it was at work. */
export interface Drained {
  readonly eventsPerSecond: number;
  /** processor time of the service, microseconds per event */
  readonly serviceMicros: number;
}

/**
 * Looks on while a service works off a debt. The clock runs from the first look at which no more than `left` are owed, to the
 * one at which nothing is: what was handled before is start and warm-up.
 */
export async function drained(
  bus: Started,
  service: Started,
  left: number,
  clientType = CONSUMER,
): Promise<Drained> {
  let events = await owedTo(bus, clientType);
  for (; events > left; events = await owedTo(bus, clientType)) await pause();
  const startedAt = nowNs();
  const before = processorSeconds(service);
  await paid(bus, clientType);
  if (events === 0) throw new Error('all was paid between two looks');
  return {
    eventsPerSecond: eventsPerSecond(events, { startedAt, endedAt: nowNs() }),
    serviceMicros: ((processorSeconds(service) - before) / events) * 1e6,
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
