/**
 * What others have counted of the log (money, traces), absolute each time: read once, and anew when events were pushed since, which a
 * flood of them asks for once a second.
 */
import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Counted } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { browserTimers } from '../../platform/timers.js';
import { ask } from '../reads.js';

const AGAIN_MS = 1000;

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
  useEffect(() => {
    if (isBehind && !query.isFetching) readSoon();
  }, [isBehind, query.isFetching, readSoon]);
  return query;
}

/** Once, however often it is wished within the pause. */
function useReadSoon(queryKey: QueryKey): () => void {
  const queries = useQueryClient();
  const waiting = useRef<() => void>(undefined);
  const readSoon = useRef(() => {
    waiting.current ??= browserTimers.after(AGAIN_MS, () => {
      waiting.current = undefined;
      void queries.invalidateQueries({ queryKey });
    });
  });
  useEffect(() => () => waiting.current?.(), []);
  return readSoon.current;
}
