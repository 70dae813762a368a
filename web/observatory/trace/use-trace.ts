/** One correlation, read once and from then on kept current by push. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { BusEvent } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { type Trace, traceRead } from '../reads.js';

export function useTrace(correlation: string) {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = traceRead(api, correlation);
  const trace = useQuery(read);
  const head = trace.data?.head;
  useFollow(head === undefined ? undefined : 'events', head, (pushed) => {
    const own = pushed.filter((event) => event.correlation === trace.data?.events[0]?.correlation);
    if (own.length > 0) queries.setQueryData(read.queryKey, (now) => now && withMore(now, own));
  });
  return trace;
}

function withMore(trace: Trace, more: readonly BusEvent[]): Trace {
  const last = Number(trace.events.at(-1)?.position ?? 0);
  return { ...trace, events: [...trace.events, ...more.filter(({ position }) => Number(position) > last)] };
}
