/** A statement, kept current by push; older entries are fetched when they are looked at, or all of them when they are searched. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { systemClock } from '../../../common/clock.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { cursorOf, GAP, partBefore, type Statement, withEntry, withPartBefore } from '../entries.js';
import { readPart, statementRead } from '../reads.js';
import { pastInstantOf } from './search.js';

/** The most that the gateway gives at once. */
const PART_MAX = 1000;

export interface StatementHandle {
  id: number;
  /** Unix milliseconds; undefined: now */
  asOf: number | undefined;
  query: UseQueryResult<Statement, Error>;
  /** why the last part that was asked for did not come */
  partError: Error | undefined;
  /** Fetches the part before what is known; false if there is none, or it did not come. */
  loadBefore(): Promise<boolean>;
  /** Everything there is. Throws when a part does not come. */
  loadAll(): Promise<Statement>;
}

export function useStatement(id: number, asOfText: string | undefined): StatementHandle {
  const { api } = useServices();
  const queries = useQueryClient();
  const asOf = pastInstantOf(asOfText, systemClock.now());
  const asOfParameter = asOf === undefined ? undefined : new Date(asOf).toISOString();
  const read = statementRead(api, id, asOfParameter);
  const query = useQuery(read);
  const [partError, setPartError] = useState<Error>();
  const loading = useRef<Promise<boolean>>(undefined);
  const name = read.queryKey.join(' ');

  const followed = asOf === undefined && query.data !== undefined;
  useFollow(followed ? `account:${id}` : undefined, query.data && cursorOf(query.data), (entry) => {
    const known = queries.getQueryData(read.queryKey);
    const next = known && withEntry(known, entry);
    if (next === GAP) void queries.invalidateQueries({ queryKey: read.queryKey });
    else queries.setQueryData(read.queryKey, next);
  });

  const loadBefore = useCallback(async (): Promise<boolean> => {
    const fetchPart = async () => {
      const known = queries.getQueryData(read.queryKey);
      const part = known && partBefore(known, PART_MAX);
      if (!part) return false;
      const { statements } = await readPart(api, id, part, asOfParameter);
      queries.setQueryData(read.queryKey, (now) => now && withPartBefore(now, statements));
      return true;
    };
    loading.current ??= fetchPart().finally(() => {
      loading.current = undefined;
    });
    try {
      const came = await loading.current;
      setPartError(undefined);
      return came;
    } catch (error) {
      setPartError(error as Error);
      throw error;
    }
  }, [queries, api, name]);

  const loadAll = useCallback(async (): Promise<Statement> => {
    while (await loadBefore());
    return queries.getQueryData(read.queryKey)!;
  }, [loadBefore, queries, read.queryKey]);

  return { id, asOf, query, partError, loadBefore, loadAll };
}
