/**
 * What the pages have read. Everything read stays good until it is told otherwise: the live connection brings what is new, so
 * nothing is asked for again because of time, focus or a network that came back. Only what has failed is (read-again.ts).
 */
import { QueryClient } from '@tanstack/react-query';
import type { Session } from '../session/session.js';
import { isUnanswered } from './read-again.js';

/** At once, before anything is said of it. */
const RETRIES = 2;

export function createQueries(session: Session): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // Offline is a state that we show, not a reason to wait in silence.
        networkMode: 'always',
        retry: (failures, problem) => failures < RETRIES && isUnanswered(problem),
        retryDelay: (failures) => 400 * 2 ** failures,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  forgetAtSignOut(queries, session);
  return queries;
}

/** Nothing of one person is kept for the next, who comes only after nobody. A session that has only run out keeps its pages. */
function forgetAtSignOut(queries: QueryClient, session: Session): void {
  session.subscribe(() => {
    if (session.get().state === 'anonymous') queries.clear();
  });
}
