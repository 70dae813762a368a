/** The same thing at two points of the log, and both as one reading, for what compares them. */
import { useQuery } from '@tanstack/react-query';
import { useServices } from '../app/services.js';
import type { Reading } from '../components/four-states.js';
import { type Asked, type Past, pastRead } from './past.js';

export function usePastPair(asked: Asked | undefined, before: number, after: number) {
  const { api } = useServices();
  const earlier = useQuery(pastRead(api, asked, before));
  const later = useQuery(pastRead(api, asked, after));
  return { earlier, later, both: joined(earlier, later) };
}

/** Both or none. */
function joined(one: Reading<Past>, other: Reading<Past>): Reading<readonly [Past, Past]> {
  return {
    data: one.data !== undefined && other.data !== undefined ? [one.data, other.data] : undefined,
    error: one.error ?? other.error,
    isFetching: one.isFetching || other.isFetching,
    errorUpdateCount: Math.max(one.errorUpdateCount ?? 0, other.errorUpdateCount ?? 0),
    dataUpdatedAt: Math.min(one.dataUpdatedAt, other.dataUpdatedAt),
    refetch: () => Promise.all([one.refetch(), other.refetch()]),
  };
}
