/** Every instance with its share of the work, and what can be done to it. */
import { useRef, useState } from 'react';
import type { InstanceStatus } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { Chip } from '../../components/chip.js';
import { Table } from '../../components/table.js';
import { useFocusInPlace } from '../../components/use-focus-in-place.js';
import { Instant } from '../parts/instant.js';
import { Service } from '../parts/mentions.js';
import type { Services } from '../reads.js';
import { useAction } from '../use-action.js';
import { healthOf, isRebuild } from './measures.js';
import styles from './services.module.css';

type Row = InstanceStatus & { client_type: string };

export function InstanceTable({ now }: { now: Services }) {
  const rows = now.services.flatMap(({ client_type, instances }) =>
    instances.map((instance): Row => ({ ...instance, client_type })),
  );
  return (
    <Table
      caption="All instances"
      rows={rows}
      keyOf={({ session_id }) => session_id}
      columns={[
        { head: 'Service', cell: ({ client_type }) => <Service name={client_type} /> },
        { head: 'Instance', cell: (row) => <span className={styles.name}>{nameOf(row)}</span> },
        { head: 'State', cell: (row) => <State row={row} now={now} /> },
        { head: 'Keys', figures: true, cell: ({ keys }) => keys },
        { head: 'In flight', figures: true, cell: ({ in_flight }) => in_flight },
        {
          head: 'Handled/s',
          figures: true,
          cell: ({ acknowledged_per_second }) => acknowledged_per_second.toFixed(1),
        },
        {
          head: 'Handled',
          figures: true,
          cell: ({ acknowledged_count }) => acknowledged_count.toLocaleString('en-GB'),
        },
        {
          head: 'Script',
          cell: ({ script, version }) => (
            <span className={styles.name}>
              {script ?? 'unknown'} {version && <code>{version.slice(0, 7)}</code>}
            </span>
          ),
        },
        { head: 'Since', cell: ({ since }) => <Instant time={since} /> },
        { head: 'Do', cell: (row) => <Actions row={row} /> },
      ]}
    />
  );
}

/** Where its routes are, which is what people know it by; without routes, its session. */
export function nameOf({ http_address, session_id }: InstanceStatus): string {
  return http_address ?? `session ${session_id}`;
}

function State({ row, now }: { row: Row; now: Services }) {
  const health = healthOf(row, now.health ?? []);
  if (row.draining) return <Chip tone="warn">draining</Chip>;
  if (health?.healthy === false)
    return <Chip tone={isRebuild(health.reason) ? 'info' : 'bad'}>{health.reason ?? 'does not answer'}</Chip>;
  return <Chip tone="good">at work</Chip>;
}

function Actions({ row }: { row: Row }) {
  const { session } = useServices();
  const { busy, run } = useAction();
  const [asking, setAsking] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  useFocusInPlace(place, asking);
  const path = `/instances/${row.session_id}`;
  if (asking)
    return (
      <span className={styles.actions} ref={place}>
        <Button
          small
          kind="danger"
          busy={busy !== undefined}
          label={`Yes, kill ${nameOf(row)}`}
          onPress={() => {
            setAsking(false);
            void run(`${path}/kill`, `${nameOf(row)} was killed. Its keys move; it is started again.`);
          }}
        >
          Really kill
        </Button>
        <Button small kind="quiet" onPress={() => setAsking(false)}>
          No
        </Button>
      </span>
    );
  return (
    <span className={styles.actions} ref={place}>
      {!row.draining && (
        <Button
          small
          busy={busy !== undefined}
          label={`Drain ${nameOf(row)}`}
          onPress={() =>
            void run(`${path}/drain`, `${nameOf(row)} finishes what it has and gets nothing new.`)
          }
        >
          Drain
        </Button>
      )}
      {session.mode.demonstration && (
        <Button small kind="danger" label={`Kill ${nameOf(row)}`} onPress={() => setAsking(true)}>
          Kill
        </Button>
      )}
    </span>
  );
}
