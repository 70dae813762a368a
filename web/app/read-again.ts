/**
 * What could not be read is read again by itself, while somebody looks at it: after growing, spread waits when there was no
 * answer, and at once when the live connection has come back or has something else to say. A refusal is not asked for again by
 * a timer: the same question would get the same answer.
 */
import type { Query, QueryClient } from '@tanstack/react-query';
import type { Random } from '../../common/random.js';
import { Problem } from '../api/problem.js';
import { backoffMs } from '../live/backoff.js';
import type { LiveStatus } from '../live/status.js';
import type { Readable } from '../platform/store.js';
import type { Timers } from '../platform/timers.js';

interface ReadAgainPorts {
  live: Readable<LiveStatus>;
  timers: Timers;
  random: Random;
}

/** States in which the gateway was reached: what has failed before may be there now. */
const REACHED: readonly LiveStatus['state'][] = ['live', 'catching-up', 'unavailable'];

export function readFailedAgain(queries: QueryClient, { live, timers, random }: ReadAgainPorts): void {
  /** by query: how often it was waited for, and how to stop */
  const waits = new Map<string, { attempt: number; cancel: () => void }>();
  let before = live.get().state;

  const forget = ({ queryHash }: Query) => {
    waits.get(queryHash)?.cancel();
    waits.delete(queryHash);
  };

  const wait = (query: Query) => {
    const attempt = (waits.get(query.queryHash)?.attempt ?? 0) + 1;
    forget(query);
    const cancel = timers.after(backoffMs(attempt, random), () => {
      if (query.isActive()) read((one) => one === query);
      else waits.delete(query.queryHash);
    });
    waits.set(query.queryHash, { attempt, cancel });
  };

  const read = (wanted: (query: Query) => boolean) =>
    void queries.refetchQueries({
      type: 'active',
      predicate: (query) => query.state.status === 'error' && wanted(query),
    });

  queries.getQueryCache().subscribe((event) => {
    if (event.type === 'removed') forget(event.query);
    if (event.type !== 'updated') return;
    if (event.action.type === 'success') forget(event.query);
    if (event.action.type === 'error' && isUnanswered(event.query.state.error)) wait(event.query);
  });
  live.subscribe(() => {
    const { state } = live.get();
    if (state === before) return;
    before = state;
    if (REACHED.includes(state)) read(() => true);
  });
}

export function isUnanswered(error: unknown): boolean {
  return error instanceof Problem && error.outcomeUnknown;
}
