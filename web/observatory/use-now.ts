/** What is so now, read once and from then on kept current by push. */
import { type QueryKey, type UseQueryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../app/services.js';
import { useFollow } from '../live/use-follow.js';
import { parkedRead, populateRead, servicesRead, skipsRead } from './reads.js';

export function useServicesNow() {
  return useNow('services', servicesRead(useServices().api));
}

/** The first page, with how many there are in all. */
export function useParkedNow() {
  return useNow('parked', parkedRead(useServices().api));
}

/** Read anew with each change of what is parked: what somebody skips was parked before. */
export function useSkips() {
  const queries = useQueryClient();
  const skips = skipsRead(useServices().api);
  const { queryKey } = skips;
  // A first reading that is under way would be taken for the new one; it may be older than the change.
  useFollow(
    'parked',
    undefined,
    () => void queries.cancelQueries({ queryKey }).then(() => queries.invalidateQueries({ queryKey })),
  );
  return useQuery(skips);
}

export function usePopulateNow() {
  return useNow('populate', populateRead(useServices().api));
}

/** Of topics that push the whole each time. */
function useNow<Now, Key extends QueryKey>(
  topic: 'services' | 'parked' | 'populate',
  read: UseQueryOptions<Now, Error, Now, Key>,
) {
  const queries = useQueryClient();
  const queryKey: QueryKey = read.queryKey;
  // A reading that is under way is older than what is pushed, and would come later and stay: it is given up.
  useFollow(
    topic,
    undefined,
    (now) => void queries.cancelQueries({ queryKey }).then(() => queries.setQueryData(queryKey, now)),
  );
  return useQuery(read);
}
