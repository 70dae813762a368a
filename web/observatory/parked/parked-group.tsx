/** Parked events with one mistake in common: the error once, the events below, decided alone or together. */
import { lazy, Suspense, useState } from 'react';
import type { ParkedEvent } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { Table } from '../../components/table.js';
import { DataLine } from '../parts/data.js';
import { Instant } from '../parts/instant.js';
import { EventLink, KeyLink, Service } from '../parts/mentions.js';
import { tell } from '../reads.js';
import { useAction } from '../use-action.js';
import { Behind } from './behind.js';
import { lineOf, type ParkedGroup } from './groups.js';
import styles from './parked.module.css';

const SkipDialog = lazy(() => import('./skip-dialog.js'));

export function ParkedGroupCard({ group }: { group: ParkedGroup }) {
  const { members, client_type, event_type } = group;
  const first = members[0]!;
  const line = lineOf(first);
  return (
    <Card
      flush
      title={
        <>
          <Service name={client_type} /> could not handle {members.length === 1 ? 'one' : members.length}{' '}
          {event_type ?? 'events'}
        </>
      }
      actions={members.length > 1 && <RetryAll group={group} />}
    >
      <div className={styles.error}>
        <p className={styles.message}>{first.error.message.split('\n')[0]}</p>
        <p className={styles.soft}>
          <code>{line ?? first.error.script}</code> {first.error.version?.slice(0, 7)}
        </p>
        {first.error.traceback && (
          <details>
            <summary>Where in the script</summary>
            <pre className={styles.traceback}>{first.error.traceback}</pre>
          </details>
        )}
      </div>
      <Table
        caption={`${event_type ?? 'Events'} parked by ${client_type}: ${group.error}`}
        rows={members}
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Event',
            cell: ({ event, id }) =>
              event ? (
                <EventLink position={event.position}>
                  {event.event_type} {event.position}
                </EventLink>
              ) : (
                id
              ),
          },
          { head: 'Key', cell: ({ event }) => event && <KeyLink name={event.consistency.key} /> },
          {
            head: 'Data',
            cell: ({ event }) => event && <DataLine data={event.data} masked={event.masked} />,
          },
          { head: 'Attempts', figures: true, cell: ({ attempts }) => attempts },
          {
            head: 'First failed, parked',
            cell: ({ first_failure, parked_at }) => (
              <span className={styles.times}>
                <Instant time={first_failure} />
                <Instant time={parked_at} />
              </span>
            ),
          },
          { head: 'Waiting behind it', cell: (parked) => <Behind parked={parked} /> },
          { head: 'Do', cell: (parked) => <Decisions parked={parked} /> },
        ]}
      />
    </Card>
  );
}

/** In the order of the log: what stands behind one of them may be the next. */
function RetryAll({ group: { members } }: { group: ParkedGroup }) {
  const { api, toasts } = useServices();
  const [busy, setBusy] = useState(false);
  const retryAll = async () => {
    setBusy(true);
    let done = 0;
    try {
      for (const { id } of members) {
        await tell(api, `/parked/${encodeURIComponent(id)}/retry`);
        done += 1;
      }
      toasts.show(`${done} events are tried again.`);
    } catch (problem) {
      toasts.show(`${done} of ${members.length} are tried again. ${(problem as Error).message}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button small kind="primary" busy={busy} onPress={() => void retryAll()}>
      Retry all {members.length}
    </Button>
  );
}

function Decisions({ parked }: { parked: ParkedEvent }) {
  const { busy, run } = useAction();
  const [skipping, setSkipping] = useState(false);
  const path = `/parked/${encodeURIComponent(parked.id)}`;
  return (
    <span className={styles.decisions}>
      <Button
        small
        busy={busy !== undefined}
        label={`Retry ${parked.id}`}
        onPress={() => void run(`${path}/retry`, `${parked.id} is tried again.`)}
      >
        Retry
      </Button>
      <Button small kind="danger" label={`Skip ${parked.id}`} onPress={() => setSkipping(true)}>
        Skip …
      </Button>
      {skipping && (
        <Suspense>
          <SkipDialog
            id={parked.id}
            busy={busy !== undefined}
            onClose={() => setSkipping(false)}
            onSkip={(reason) => {
              void run(`${path}/skip`, `${parked.id} was skipped.`, { reason }).then(
                (done) => done && setSkipping(false),
              );
            }}
          />
        </Suspense>
      )}
    </span>
  );
}
