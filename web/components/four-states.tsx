/**
 * The four states of everything that is read: loading (a skeleton, but not for the first 150 ms), failed (what, its id, again),
 * empty (why, and what to do), and there, perhaps old (since when). Every list and every card that reads is wrapped in it:
 *
 *   <FourStates query={accounts} what="your accounts" empty={…} isEmpty={(list) => list.length === 0}>
 *     {(list) => …}
 *   </FourStates>
 */
import { type ReactNode, useState } from 'react';
import { Problem } from '../api/problem.js';
import { useLiveStatus } from '../app/services.js';
import { staleSince } from '../live/status.js';
import { Button } from './button.js';
import styles from './four-states.module.css';
import { Age, Time } from './time.js';

/** What is asked of a reading: every query is one, and so is whatever reads in another way. */
export interface Reading<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly isFetching: boolean;
  /** how often it has failed so far; absent where a reading keeps its error while it is tried again */
  readonly errorUpdateCount?: number;
  /** Unix milliseconds of the newest data */
  readonly dataUpdatedAt: number;
  refetch(): unknown;
}

interface FourStatesProps<T> {
  query: Reading<T>;
  /** in a sentence: "Loading …", "… could not be read" */
  what: string;
  children: (data: T) => ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  /** shape of what comes, in lines */
  lines?: number;
  /** false for what does not change by itself, such as the past */
  live?: boolean;
}

export function FourStates<T>({
  query,
  what,
  children,
  isEmpty,
  empty,
  lines = 3,
  live = true,
}: FourStatesProps<T>) {
  const { data, error } = query;
  const failed = useFailure(query);
  if (data === undefined) {
    if (failed)
      return (
        <Failure error={failed} what={what} retry={() => void query.refetch()} busy={query.isFetching} />
      );
    return <Skeleton what={what} lines={lines} />;
  }
  return (
    <>
      {live && <Staleness failedAt={error ? query.dataUpdatedAt : undefined} />}
      {isEmpty?.(data) ? (
        <div className={styles.empty} data-state="empty">
          {empty}
        </div>
      ) : (
        children(data)
      )}
    </>
  );
}

/** Why there is nothing to show; stands while it is tried again, so that trying does not flicker. */
function useFailure({ error, errorUpdateCount = 0 }: Reading<unknown>): Error | null {
  const [last, setLast] = useState(error);
  if (error !== null && error !== last) setLast(error);
  return error ?? (errorUpdateCount > 0 ? last : null);
}

/** "As of 12:05:09, two minutes ago", while nothing new can come. */
export function Staleness({ failedAt }: { failedAt?: number | undefined }) {
  const since = staleSince(useLiveStatus()) ?? failedAt;
  if (since === undefined) return null;
  return (
    <p className={styles.stale} data-state="stale">
      <span aria-hidden="true">◷</span> As of <Time at={since} clock /> (<Age at={since} />)
    </p>
  );
}

export function Skeleton({ what, lines = 3 }: { what: string; lines?: number }) {
  return (
    <div className={styles.skeleton} role="status" data-state="loading">
      <span className="visually-hidden">Loading {what} …</span>
      {Array.from({ length: lines }, (_, line) => (
        <span className={styles.line} key={line} aria-hidden="true" />
      ))}
    </div>
  );
}

interface FailureProps {
  error: Error;
  what: string;
  retry?: () => void;
  /** being tried again */
  busy?: boolean;
}

/** What failed, in words, with what an operator needs to find it, and the way to try again. */
export function Failure({ error, what, retry, busy = false }: FailureProps) {
  const id = error instanceof Problem ? error.id : undefined;
  return (
    <div className={styles.failure} role="alert" data-state="failed">
      <p>
        <strong>{capital(what)} could not be read.</strong> {error.message}
      </p>
      {id && (
        <p className={styles.id}>
          Error <code>{id}</code>
        </p>
      )}
      {retry && (
        <p className={styles.again}>
          <Button small onPress={retry} busy={busy}>
            Try again
          </Button>
          {error instanceof Problem && error.outcomeUnknown && 'It is also tried again by itself.'}
        </p>
      )}
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
