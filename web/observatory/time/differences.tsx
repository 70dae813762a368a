/** The fields that are not the same, side by side. */
import type { Json } from '../../../common/protocol/messages.js';
import { Table } from '../../components/table.js';
import { differencesOf } from './diff.js';
import styles from './time.module.css';

interface DifferencesProps {
  /** undefined: the thing was not there */
  before: Json | undefined;
  after: Json | undefined;
}

export function Differences({ before, after }: DifferencesProps) {
  // Of a thing that came or went, all fields did.
  const differences = differencesOf(before ?? emptyLike(after), after ?? emptyLike(before));
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

function emptyLike(thing: Json | undefined): Json | undefined {
  return typeof thing === 'object' && thing !== null && !Array.isArray(thing) ? {} : undefined;
}

function Value({ value }: { value: Json | undefined }) {
  if (value === undefined) return <span className={styles.soft}>not there</span>;
  return <code className={styles.value}>{JSON.stringify(value)}</code>;
}
