/** What the bus has counted, read once per visit, and counted on by push from where that ended; read again while the bus itself is behind. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { HourTotals } from '../../../common/pages/operator.js';
import type { ApiClient } from '../../api/client.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { ask, PAGE_MAX } from '../reads.js';
import { type Counts, type CountsView, createCounts } from './counts.js';
import { useReadWhile } from './use-read-soon.js';

/** What a push may still bring. Above it, as after its start, the bus is asked again until it has counted nearly everything. */
const BEHIND_MAX = 10_000;

export interface Counting {
  /** goes on counting; the view is of it at some moment */
  readonly counts: Counts;
  readonly view: CountsView;
  /** where the log ended when it was read */
  readonly head: number;
}

export function useCounts() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = countsRead(api);
  const query = useQuery(read);
  const isBehind = query.data !== undefined && query.data.head - query.data.view.upTo > BEHIND_MAX;
  useReadWhile(isBehind && !query.isFetching, read.queryKey);
  useFollow(query.data && !isBehind ? 'events' : undefined, query.data?.view.upTo, (pushed) =>
    queries.setQueryData(read.queryKey, (now) => {
      now?.counts.addEvents(pushed);
      return now && { ...now, view: now.counts.view() };
    }),
  );
  return { query, isBehind };
}

function countsRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['counts'],
    // Whoever comes back begins anew instead of following all that happened meanwhile.
    gcTime: 0,
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<Counting> => {
      const counts = createCounts();
      const { head } = await readHours(api, counts, signal);
      return { counts, view: counts.view(), head: Number(head) };
    },
  });
}

/** All pages; the last one, which says how far they count together. */
async function readHours(api: ApiClient, counts: Counts, signal: AbortSignal): Promise<HourTotals> {
  let after: string | undefined;
  for (;;) {
    const page = await ask<HourTotals>(api, '/totals/hours', { after, limit: PAGE_MAX }, signal);
    counts.addHours(page);
    if (page.next === undefined) return page;
    after = page.next;
  }
}
