/** What waits behind a parked event: the later events of its key that the same service is to get. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { EventPage, ParkedEvent } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { EventLink } from '../parts/mentions.js';
import { ask, PAGE_MAX } from '../reads.js';
import { useServicesNow } from '../use-now.js';
import styles from './parked.module.css';

export function Behind({ parked: { event, client_type, id } }: { parked: ParkedEvent }) {
  const { api } = useServices();
  const queries = useQueryClient();
  const services = useServicesNow();
  const service = services.data?.services.find((one) => one.client_type === client_type);
  const queryKey = ['behind', id];
  useFollow(event === null ? undefined : 'events', undefined, (pushed) => {
    if (pushed.some(({ consistency }) => consistency.key === event?.consistency.key))
      void queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
  });
  const waiting = useQuery({
    queryKey,
    gcTime: 0,
    enabled: event !== null && service !== undefined,
    queryFn: ({ signal }) =>
      ask<EventPage>(
        api,
        '/events',
        {
          key: event!.consistency.key,
          after: event!.position,
          event_types: service!.event_types.join(','),
          limit: PAGE_MAX,
        },
        signal,
      ),
  });
  if (waiting.data === undefined)
    return <span className={styles.soft}>{waiting.error ? 'unknown' : '…'}</span>;
  const { events, next } = waiting.data;
  if (events.length === 0) return <span className={styles.soft}>nothing</span>;
  return (
    <span>
      {next === undefined ? events.length : `more than ${events.length}`}, first{' '}
      <EventLink position={events[0]!.position}>{events[0]!.event_type}</EventLink>
    </span>
  );
}
