/**
 * Every parked event that somebody wants to see: the first page by push, the pages behind it when they are asked for. They are read
 * anew when the first page ends elsewhere or their number has changed: somebody has decided, or more were parked.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ParkedEvent, ParkedList } from '../../../common/pages/operator.js';
import type { ApiClient } from '../../api/client.js';
import { useServices } from '../../app/services.js';
import { ask } from '../reads.js';
import { useParkedNow } from '../use-now.js';

export function useParkedList() {
  const { api } = useServices();
  const first = useParkedNow();
  const [pages, setPages] = useState(0);
  const { next, total } = first.data ?? {};
  const further = useQuery({
    queryKey: ['parked', 'further', next, total, pages],
    enabled: pages > 0 && next !== undefined,
    gcTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => readPages(api, next, pages, signal),
  });
  const behind = next === undefined || pages === 0 ? undefined : further.data;
  const data = first.data && {
    ...first.data,
    parked: withoutRepeats([...first.data.parked, ...(behind?.parked ?? [])]),
  };
  return {
    query: { ...first, data },
    error: further.error,
    busy: further.isFetching,
    hasMore: behind === undefined ? next !== undefined : behind.next !== undefined,
    more: () => (further.error ? void further.refetch() : setPages(pages + 1)),
  };
}

async function readPages(api: ApiClient, from: string | undefined, pages: number, signal: AbortSignal) {
  const parked: ParkedEvent[] = [];
  let after = from;
  for (let page = 0; page < pages && after !== undefined; page += 1) {
    const read = await ask<ParkedList>(api, '/parked', { after }, signal);
    parked.push(...read.parked);
    after = read.next;
  }
  return { parked, next: after };
}

/** While a page is read anew, the one before it may have moved. */
function withoutRepeats(parked: readonly ParkedEvent[]): ParkedEvent[] {
  return [...new Map(parked.map((one) => [one.id, one])).values()];
}
