/** What is so now, read once and from then on kept current by push. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../app/services.js';
import { useFollow } from '../live/use-follow.js';
import { parkedRead, servicesRead } from './reads.js';

export function useServicesNow() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = servicesRead(api);
  useFollow('services', undefined, (now) => queries.setQueryData(read.queryKey, now));
  return useQuery(read);
}

export function useParkedNow() {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = parkedRead(api);
  useFollow('parked', undefined, (now) => queries.setQueryData(read.queryKey, now));
  return useQuery(read);
}
