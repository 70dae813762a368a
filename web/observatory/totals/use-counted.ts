/**
 * What others have counted of the log (money, traces), absolute each time: read once, and anew when events were pushed since, which a
 * flood of them asks for once a second.
 */
import { useQuery } from '@tanstack/react-query';
import type { Counted } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { ask } from '../reads.js';
import { useReadSoon, useReadWhile } from './use-read-soon.js';

/** `what`: below `/totals/`. */
export function useCounted<T extends Counted>(what: string) {
  const { api } = useServices();
  const queryKey = ['totals', what];
  const query = useQuery({
    queryKey,
    gcTime: 0,
    queryFn: ({ signal }) => ask<T>(api, `/totals/${what}`, {}, signal),
  });
  const { data } = query;
  const readSoon = useReadSoon(queryKey);
  useFollow(data && 'events', data && Number(data.counted), readSoon);
  // It was behind when it answered, and nothing may happen any more that would be pushed.
  const isBehind = data !== undefined && Number(data.counted) < Number(data.head);
  useReadWhile(isBehind && !query.isFetching, queryKey);
  return query;
}
