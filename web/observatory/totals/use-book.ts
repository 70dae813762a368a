/** Reads the log from its beginning, once per visit, and goes on by push from where that ended. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { systemClock } from '../../../common/clock.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import { headOf, range } from '../reads.js';
import { type Book, type BookView, createBook } from './book.js';

interface Reading {
  /** undefined before the first page */
  data: BookView | undefined;
  /** how far the log went when the reading began */
  head: number;
  done: boolean;
  error: Error | null;
  at: number;
}

const BEGIN: Reading = { data: undefined, head: 0, done: false, error: null, at: 0 };

/** In the form that `FourStates` takes; `head` and `done` tell the progress. */
export function useBook() {
  const { api } = useServices();
  const book = useRef<Book>(undefined);
  const [reading, setReading] = useState(BEGIN);
  const [attempt, setAttempt] = useState(0);

  // Another attempt reads anew.
  useEffect(() => {
    const stop = new AbortController();
    const fresh = createBook();
    book.current = fresh;
    setReading(BEGIN);
    const tell = (now: Partial<Reading>) => {
      if (!stop.signal.aborted)
        setReading((before) => ({ ...before, data: fresh.view(), at: systemClock.now(), ...now }));
    };
    const readAll = async () => {
      const head = await headOf(api, stop.signal);
      let after = 0;
      while (after < head) {
        const events = await range(api, after, head, stop.signal);
        if (events.length === 0) break;
        fresh.add(events);
        after = Number(events.at(-1)!.position);
        tell({ head });
      }
      tell({ head, done: true });
    };
    readAll().catch((error: Error) => {
      if (!stop.signal.aborted) setReading((before) => ({ ...before, error }));
    });
    return () => stop.abort();
  }, [api, attempt]);

  useFollow(reading.done ? 'events' : undefined, reading.head, (pushed) => {
    book.current!.add(pushed);
    setReading((before) => ({ ...before, data: book.current!.view(), at: systemClock.now() }));
  });

  const refetch = useCallback(() => setAttempt((before) => before + 1), []);
  const { data, head, done, error, at } = reading;
  return {
    query: {
      data: error ? undefined : data,
      error,
      isFetching: !done && !error,
      dataUpdatedAt: at,
      refetch,
    },
    head,
    done,
  };
}
