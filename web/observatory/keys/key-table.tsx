/** The values of a key and the refused attempts between them; a step can be opened. The opened one is part of the address. */
import { getRouteApi } from '@tanstack/react-router';
import { Button } from '../../components/button.js';
import { Chip } from '../../components/chip.js';
import { Money } from '../../components/money.js';
import { type Column, Table } from '../../components/table.js';
import { DataLine } from '../parts/data.js';
import { Instant } from '../parts/instant.js';
import { EventLink, Service, TraceLink } from '../parts/mentions.js';
import { useServicesNow } from '../use-now.js';
import { expectation, type KeyRow } from './history.js';
import styles from './keys.module.css';
import { ownersOf } from './owners.js';
import { Step } from './step.js';

const route = getRouteApi('/signed-in/observatory/keys/$key');

interface KeyTableProps {
  name: string;
  rows: readonly KeyRow[];
  /** after each event, by position; undefined if the key is no account */
  balances: ReadonlyMap<string, number> | undefined;
}

export function KeyTable({ name, rows, balances }: KeyTableProps) {
  const { step } = route.useSearch();
  const services = useServicesNow();
  const below = (row: KeyRow) => {
    if (row.kind !== 'event' || String(row.event.consistency.value) !== step) return undefined;
    return (
      <Step
        owners={ownersOf(name, services.data?.services ?? [])}
        at={Number(row.event.position)}
        before={positionBefore(rows, row.event.consistency.value)}
      />
    );
  };
  return (
    <Table
      caption="Events of this key, and refused attempts"
      rows={rows}
      keyOf={(row) => (row.kind === 'event' ? row.event.position : row.id)}
      below={below}
      columns={[...COLUMNS.slice(0, 3), ...(balances ? [balanceColumn(balances)] : []), ...COLUMNS.slice(3)]}
    />
  );
}

function positionBefore(rows: readonly KeyRow[], value: number): number {
  const before = rows.findLast((row) => row.kind === 'event' && row.event.consistency.value < value);
  return before?.kind === 'event' ? Number(before.event.position) : 0;
}

const COLUMNS: readonly Column<KeyRow>[] = [
  {
    head: 'Value',
    figures: true,
    cell: (row) => (row.kind === 'event' ? row.event.consistency.value : <Chip tone="warn">refused</Chip>),
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
  {
    head: 'Service',
    cell: (row) => <Service name={row.kind === 'event' ? row.event.sender : row.attempt.sender} />,
  },
  {
    head: 'Trace',
    cell: (row) => row.kind === 'event' && <TraceLink correlation={row.event.correlation} />,
  },
  {
    head: 'After it',
    cell: (row) => row.kind === 'event' && <OpenStep value={String(row.event.consistency.value)} />,
  },
];

function balanceColumn(balances: ReadonlyMap<string, number>): Column<KeyRow> {
  return {
    head: 'Balance',
    figures: true,
    cell: (row) => {
      const balance = row.kind === 'event' ? balances.get(row.event.position) : undefined;
      return balance !== undefined && <Money amount={balance} />;
    },
  };
}

function OpenStep({ value }: { value: string }) {
  const { step } = route.useSearch();
  const navigate = route.useNavigate();
  const open = step === value;
  return (
    <Button
      small
      kind="quiet"
      expanded={open}
      label={`State after value ${value}`}
      onPress={() =>
        void navigate({ search: { step: open ? undefined : value }, replace: true, resetScroll: false })
      }
    >
      <span aria-hidden="true">{open ? '▾' : '▸'}</span> State
    </Button>
  );
}
