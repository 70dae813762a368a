/** The fields that are not the same, side by side. */
import type { Json } from '../../../common/protocol/messages.js';
import { Table } from '../../components/table.js';
import { differencesOf } from './diff.js';
import styles from './time.module.css';

export function Differences({ before, after }: { before: Json; after: Json }) {
  const differences = differencesOf(before, after);
  if (differences.length === 0)
    return <p className={styles.none}>Nothing differs: the state is the same at both points.</p>;
  return (
    <Table
      caption="Fields that differ"
      rows={differences}
      keyOf={({ path }) => path}
      columns={[
        { head: 'Field', cell: ({ path }) => <code>{path || '(the whole answer)'}</code> },
        { head: 'Before', cell: ({ before: value }) => <Value value={value} /> },
        { head: 'After', cell: ({ after: value }) => <Value value={value} /> },
      ]}
    />
  );
}

function Value({ value }: { value: Json | undefined }) {
  if (value === undefined) return <span className={styles.soft}>not there</span>;
  return <code className={styles.value}>{JSON.stringify(value)}</code>;
}
