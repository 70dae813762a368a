/** Below a list that goes on: its next page, at a press. */
import { Button } from '../../components/button.js';
import { Failure } from '../../components/four-states.js';
import styles from './parts.module.css';

interface MoreProps {
  query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly error: Error | null;
    fetchNextPage(): unknown;
  };
  /** of what: "keys" */
  what: string;
}

export function More({ query, what }: MoreProps) {
  const { hasNextPage, isFetchingNextPage: busy, isFetchNextPageError: failed, error } = query;
  if (!hasNextPage) return null;
  const read = () => void query.fetchNextPage();
  return (
    <div className={styles.more}>
      {failed && error ? (
        <Failure error={error} what={`more ${what}`} retry={read} busy={busy} />
      ) : (
        <Button small busy={busy} onPress={read}>
          More {what}
        </Button>
      )}
    </div>
  );
}
