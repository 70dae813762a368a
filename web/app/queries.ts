/**
 * What the pages have read. Everything read stays good until it is told otherwise: the live connection brings what is new, so
 * nothing is asked for again because of time, focus or a network that came back. Only what has failed is asked for again,
 * when the connection is live again.
 */
import { QueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.js';
import type { LiveConnection } from '../live/connection.js';
import type { Session } from '../session/session.js';

const RETRIES = 2;

export function createQueries(session: Session, live: LiveConnection): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // Offline is a state that we show, not a reason to wait in silence.
        networkMode: 'always',
        retry: (failures, problem) =>
          failures < RETRIES && problem instanceof Problem && problem.outcomeUnknown,
        retryDelay: (failures) => 400 * 2 ** failures,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  refetchFailed(queries, live);
  forgetAtSignOut(queries, session);
  return queries;
}

function refetchFailed(queries: QueryClient, live: LiveConnection): void {
  live.subscribe(() => {
    if (live.get().state !== 'live') return;
    void queries.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  });
}

/** Nothing of one person is kept for the next. A session that has only run out keeps its pages. */
function forgetAtSignOut(queries: QueryClient, session: Session): void {
  let owner: string | undefined;
  const check = () => {
    const now = session.get();
    const name = now.state === 'anonymous' ? undefined : now.username;
    if (owner !== undefined && name !== owner) queries.clear();
    owner = name;
  };
  session.subscribe(check);
  check();
}
