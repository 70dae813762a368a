/** What the bus has counted, read once per visit, and counted on by push from where that ended. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { HourTotals } from '../../../common/pages/operator.js';
import type { ApiClient } from '../../api/client.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { browserTimers } from '../../platform/timers.js';
import { ask, PAGE_MAX } from '../reads.js';
import { type Counts, type CountsView, createCounts } from './counts.js';

/** What a push may still bring; while the bus is further behind in its counting (it has just started), it is asked again. */
const BEHIND_MAX = 10_000;
const ASK_AGAIN_MS = 1000;

export interface Counting {
  /** goes on counting; the view is of it at some moment */
  readonly counts: Counts;
  readonly view: CountsView;
}

export function useCounts() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = countsRead(api);
  const query = useQuery(read);
  useFollow(query.data && 'events', query.data?.view.upTo, (pushed) =>
    queries.setQueryData(read.queryKey, (now) => {
      now?.counts.addEvents(pushed);
      return now && { counts: now.counts, view: now.counts.view() };
    }),
  );
  return query;
}

function countsRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['counts'],
    // Whoever comes back begins anew instead of following all that happened meanwhile.
    gcTime: 0,
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<Counting> => {
      for (;;) {
        const counts = createCounts();
        const { counted, head } = await readHours(api, counts, signal);
        if (Number(head) - Number(counted) <= BEHIND_MAX) return { counts, view: counts.view() };
        await new Promise<void>((resolve) => browserTimers.after(ASK_AGAIN_MS, resolve));
      }
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
