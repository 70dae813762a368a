/**
 * How many events were judged, and how many of them refused as decided on stale knowledge, since the bus started: read once per visit,
 * and anew when events were pushed since, which a flood of them asks for once a second.
 */
import { useQuery } from '@tanstack/react-query';
import type { Totals } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { ask } from '../reads.js';
import { useReadSoon } from './use-read-soon.js';

const queryKey = ['judged'];

export function useJudged(): Totals['judged'] | undefined {
  const { api } = useServices();
  const { data } = useQuery({
    queryKey,
    gcTime: 0,
    queryFn: ({ signal }) => ask<Totals>(api, '/totals', { limit: 1 }, signal),
  });
  const readSoon = useReadSoon(queryKey);
  useFollow(data && 'events', data && Number(data.head), readSoon);
  return data?.judged;
}
