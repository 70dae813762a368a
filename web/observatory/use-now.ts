/** What is so now, read once and from then on kept current by push. */
import { type QueryClient, type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../app/services.js';
import { useFollow } from '../live/use-follow.js';
import { parkedRead, populateRead, servicesRead } from './reads.js';

export function useServicesNow() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = servicesRead(api);
  useFollow('services', undefined, (now) => replace(queries, read.queryKey, now));
  return useQuery(read);
}

/** The first page, with how many there are in all. */
export function useParkedNow() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = parkedRead(api);
  useFollow('parked', undefined, (now) => replace(queries, read.queryKey, now));
  return useQuery(read);
}

export function usePopulateNow() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = populateRead(api);
  useFollow('populate', undefined, (now) => replace(queries, read.queryKey, now));
  return useQuery(read);
}

/** What is pushed is newer than a reading that is under way: that one is given up, or it would come later and stay. */
function replace(queries: QueryClient, queryKey: QueryKey, now: unknown): void {
  void queries.cancelQueries({ queryKey }).then(() => queries.setQueryData(queryKey, now));
}
