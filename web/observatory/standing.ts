/** How far an event has come with each client type that gets its type. Pure. */
import type { BusEvent, ParkedEvent, ServiceStatus } from '../../common/pages/operator.js';

/** `owed`: not acknowledged up to here without a gap; it may have been handled a moment ago */
export type Standing = 'handled' | 'owed' | 'parked';

export function standingsOf(
  event: BusEvent,
  services: readonly ServiceStatus[],
  parked: readonly ParkedEvent[],
): { client_type: string; standing: Standing }[] {
  const position = Number(event.position);
  return services
    .filter(({ event_types }) => event_types.includes(event.event_type) || event_types.includes('*'))
    .map(({ client_type, acknowledged }) => {
      if (parked.some(({ id }) => id === `${client_type}:${event.position}`))
        return { client_type, standing: 'parked' };
      return { client_type, standing: position <= Number(acknowledged) ? 'handled' : 'owed' };
    });
}

/** What only a client type with debts tells: `["*"]` and types without a list are all. */
export function isSubscribed({ event_types }: ServiceStatus, type: string): boolean {
  return event_types.includes(type) || event_types.includes('*');
}
