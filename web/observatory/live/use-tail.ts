/** The end of the log on a page: its newest events at once, then by push, and further back when somebody looks there. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import type { ApiClient } from '../../api/client.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { newest, PAGE_MAX } from '../reads.js';
import { EVENTS_MAX, firstOf, type Tail, tailOf, withEarlier, withPushed } from './tail.js';

/** How many of the newest events the page begins with. */
const FIRST_EVENTS = 500;

function tailRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['tail'],
    // Whoever comes back begins anew instead of following all that happened meanwhile.
    gcTime: 0,
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<Tail> => {
      const events = await newest(api, { limit: FIRST_EVENTS }, signal);
      return tailOf(events, Number(events.at(-1)?.position ?? 0));
    },
  });
}

export function useTail() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = tailRead(api);
  const query = useQuery(read);
  const [earlier, setEarlier] = useState<{ busy: boolean; error?: Error }>({ busy: false });
  const loading = useRef(false);
  const tail = query.data;

  useFollow(tail ? 'events' : undefined, tail?.head, (pushed) =>
    queries.setQueryData(read.queryKey, (now) => now && withPushed(now, pushed)),
  );

  const loadEarlier = useCallback(async () => {
    const now = queries.getQueryData(read.queryKey);
    if (!now || firstOf(now) <= 1 || loading.current) return;
    loading.current = true;
    setEarlier({ busy: true });
    try {
      const events = await newest(api, { before: firstOf(now), limit: PAGE_MAX });
      queries.setQueryData(read.queryKey, (current) => current && withEarlier(current, events));
      setEarlier({ busy: false });
    } catch (error) {
      setEarlier({ busy: false, error: error as Error });
    } finally {
      loading.current = false;
    }
  }, [api, queries]);

  const hasEarlier = tail !== undefined && firstOf(tail) > 1 && tail.events.length < EVENTS_MAX;
  return { query, earlier, hasEarlier, loadEarlier };
}
