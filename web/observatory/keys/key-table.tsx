/** The values of a key and the refused attempts between them. */
import { Chip } from '../../components/chip.js';
import { Table } from '../../components/table.js';
import { DataLine } from '../parts/data.js';
import { Instant } from '../parts/instant.js';
import { EventLink, Service, TraceLink } from '../parts/mentions.js';
import { expectation, type KeyRow } from './history.js';
import styles from './keys.module.css';

export function KeyTable({ rows }: { rows: readonly KeyRow[] }) {
  return (
    <Table
      caption="Events of this key, and refused attempts"
      rows={rows}
      keyOf={(row) => (row.kind === 'event' ? row.event.position : row.id)}
      columns={[
        {
          head: 'Value',
          figures: true,
          cell: (row) =>
            row.kind === 'event' ? row.event.consistency.value : <Chip tone="warn">refused</Chip>,
        },
        {
          head: 'Time',
          cell: (row) => <Instant time={row.kind === 'event' ? row.event.time : row.attempt.time} />,
        },
        {
          head: 'Type',
          cell: (row) =>
            row.kind === 'event' ? (
              <EventLink position={row.event.position}>{row.event.event_type}</EventLink>
            ) : (
              <span className={styles.refused}>{row.attempt.event_type}</span>
            ),
        },
        {
          head: 'Service',
          cell: (row) => <Service name={row.kind === 'event' ? row.event.sender : row.attempt.sender} />,
        },
        {
          head: 'Trace',
          cell: (row) => row.kind === 'event' && <TraceLink correlation={row.event.correlation} />,
        },
        {
          head: 'Data',
          cell: (row) =>
            row.kind === 'event' ? (
              <DataLine data={row.event.data} masked={row.event.masked} />
            ) : (
              <span className={styles.soft}>
                {expectation(row.attempt)}, but the newest value was{' '}
                {row.attempt.after_value < 0 ? 'none' : row.attempt.after_value}
              </span>
            ),
        },
      ]}
    />
  );
}
