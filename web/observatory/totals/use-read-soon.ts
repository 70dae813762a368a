/** A reading that is wished for again and again, and done once in a while. */
import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { browserTimers } from '../../platform/timers.js';

const AGAIN_MS = 1000;

/** Called however often, it reads once after a pause. */
export function useReadSoon(queryKey: QueryKey): () => void {
  const queries = useQueryClient();
  const cancel = useRef<() => void>(undefined);
  const readSoon = useRef(() => {
    cancel.current ??= browserTimers.after(AGAIN_MS, () => {
      cancel.current = undefined;
      void queries.invalidateQueries({ queryKey });
    });
  });
  useEffect(() => () => cancel.current?.(), []);
  return readSoon.current;
}

/** Reads after a pause, each time that `wanted` becomes true. */
export function useReadWhile(wanted: boolean, queryKey: QueryKey): void {
  const readSoon = useReadSoon(queryKey);
  useEffect(() => {
    if (wanted) readSoon();
  }, [wanted, readSoon]);
}
