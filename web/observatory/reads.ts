/** What the observatory asks the gateway for: addresses, and under which key the answer is kept. */
import { queryOptions } from '@tanstack/react-query';
import type {
  BusEvent,
  EventPage,
  KeyHistory,
  KeyList,
  ParkedList,
  Populating,
  ServiceList,
  ServicesNow,
  SkipList,
  Totals,
} from '../../common/pages/operator.js';
import type { ApiClient } from '../api/client.js';

const OPERATOR = '/api/operator';
/** the most that the bus gives at once */
export const PAGE_MAX = 1000;
/** pages of one trace that are read; what is longer is told to be so */
const TRACE_PAGES = 5;

/** Whatever the operators' addresses answer. Values that are undefined are no parameters. */
export function ask<T>(
  api: ApiClient,
  path: string,
  parameters: Record<string, string | number | undefined> = {},
  signal?: AbortSignal,
): Promise<T> {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const query = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return api.get<T>(`${OPERATOR}${path}${query}`, signal);
}

export function tell<T>(api: ApiClient, path: string, body: unknown = {}): Promise<T> {
  return api.post<T>(`${OPERATOR}${path}`, body);
}

/** The position of the newest event. */
export async function headOf(api: ApiClient, signal?: AbortSignal): Promise<number> {
  return Number((await ask<Totals>(api, '/totals', { limit: 1 }, signal)).head);
}

/** The newest events, or the newest before a position: oldest first, without a gap. */
export async function newest(
  api: ApiClient,
  asked: { before?: number; limit: number },
  signal?: AbortSignal,
): Promise<readonly BusEvent[]> {
  const { events } = await ask<EventPage>(api, '/events', { order: 'newest', ...asked }, signal);
  return events.toReversed();
}

/** The events at the positions after `after`, up to and with `last`; at most `PAGE_MAX` of them. */
export async function range(
  api: ApiClient,
  after: number,
  last: number,
  signal?: AbortSignal,
): Promise<readonly BusEvent[]> {
  const limit = Math.min(PAGE_MAX, last - after);
  if (limit <= 0) return [];
  const { events } = await ask<EventPage>(api, '/events', { after, limit }, signal);
  return events.filter(({ position }) => Number(position) <= last);
}

export function eventRead(api: ApiClient, position: string) {
  return queryOptions({
    queryKey: ['event', position],
    queryFn: ({ signal }) => ask<BusEvent>(api, `/events/${encodeURIComponent(position)}`, {}, signal),
  });
}

/** A correlation as it was when the log stood at `head`: whoever goes on from there misses nothing. */
export interface Trace {
  readonly events: readonly BusEvent[];
  readonly head: number;
  /** there are more than are read */
  readonly cut: boolean;
}

export function traceRead(api: ApiClient, correlation: string) {
  return queryOptions({
    queryKey: ['trace', correlation],
    // A page that comes back later begins anew instead of following everything that happened meanwhile.
    gcTime: 0,
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<Trace> => {
      const head = await headOf(api, signal);
      const events: BusEvent[] = [];
      let after: string | undefined;
      for (let page = 0; page < TRACE_PAGES; page += 1) {
        const path = `/correlations/${encodeURIComponent(correlation)}`;
        const read = await ask<EventPage>(api, path, { after, limit: PAGE_MAX }, signal);
        events.push(...read.events);
        after = read.next;
        if (after === undefined) break;
      }
      return { events, head, cut: after !== undefined };
    },
  });
}

export function keysRead(api: ApiClient, prefix: string) {
  return {
    queryKey: ['keys', prefix],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
      ask<KeyList>(api, '/keys', { prefix: prefix || undefined, after: pageParam, limit: 200 }, signal),
    getNextPageParam: (page: KeyList) => page.next,
    gcTime: 0,
  };
}

export function keyRead(api: ApiClient, key: string) {
  return {
    queryKey: ['key', key],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
      ask<KeyHistory>(api, `/keys/${encodeURIComponent(key)}`, { after: pageParam, limit: PAGE_MAX }, signal),
    getNextPageParam: (page: KeyHistory) => page.next,
    gcTime: 0,
  };
}

/** The services as the bus lists them; by push also how the gateway finds their instances. */
export type Services = ServiceList & Partial<Pick<ServicesNow, 'time' | 'bus' | 'health'>>;

export function servicesRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['services'],
    queryFn: ({ signal }): Promise<Services> =>
      ask<ServiceList>(api, '/services', { limit: PAGE_MAX }, signal),
  });
}

export function parkedRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['parked'],
    queryFn: ({ signal }) => ask<ParkedList>(api, '/parked', {}, signal),
  });
}

export function populateRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['populate'],
    gcTime: 0,
    queryFn: ({ signal }) => ask<Populating>(api, '/populate', {}, signal),
  });
}

export function skipsRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['skips'],
    // What was skipped while nobody looked is not pushed again to who comes back.
    gcTime: 0,
    queryFn: ({ signal }) => ask<SkipList>(api, '/skips', {}, signal),
  });
}
