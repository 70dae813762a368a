/** How far an event has come with each client type that gets its type. Pure. */
import type { BusEvent, ParkedEvent, ServiceStatus } from '../../common/pages/operator.js';

/**
 * `open`: owed, or handled out of turn. The bus tells up to where everything is handled, and how much is owed, not each event's
 * own state: behind a parked event of another key all are open until it is decided.
 */
export type Standing = 'handled' | 'open' | 'parked';

export function standingsOf(
  event: BusEvent,
  services: readonly ServiceStatus[],
  parked: readonly ParkedEvent[],
): { client_type: string; standing: Standing }[] {
  const position = Number(event.position);
  return services
    .filter((service) => isSubscribed(service, event.event_type))
    .map(({ client_type, acknowledged, owed }) => {
      if (parked.some(({ id }) => id === `${client_type}:${event.position}`))
        return { client_type, standing: 'parked' };
      return { client_type, standing: owed === 0 || position <= Number(acknowledged) ? 'handled' : 'open' };
    });
}

function isSubscribed({ event_types }: ServiceStatus, type: string): boolean {
  return event_types.includes(type) || event_types.includes('*');
}
