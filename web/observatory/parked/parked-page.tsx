/** What could not be handled and waits for a decision: by service and error, the largest heap first. */
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ParkedList } from '../../../common/pages/operator.js';
import { Button } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { Failure, FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { Table } from '../../components/table.js';
import { Instant } from '../parts/instant.js';
import { EventLink } from '../parts/mentions.js';
import { useSkips } from '../use-now.js';
import { groupsOf } from './groups.js';
import styles from './parked.module.css';
import { ParkedGroupCard } from './parked-group.js';
import { useParkedList } from './use-parked-list.js';

const route = getRouteApi('/signed-in/observatory/parked');

export function ParkedPage() {
  const { service } = route.useSearch();
  const { query: parked, hasMore, busy, error, more } = useParkedList();
  const of = (list: ParkedList) =>
    list.parked.filter(({ client_type }) => service === undefined || client_type === service);
  return (
    <Page
      title="Parked events"
      width="wide"
      intro="An event that a service failed to handle time and again. It holds its key: later events of the same key wait behind it. Mend the script, then retry; or skip it with a reason."
    >
      {service !== undefined && (
        <p>
          Only those of {service}. <Link to="/observatory/parked">Show all</Link>
        </p>
      )}
      <FourStates
        query={parked}
        what="the parked events"
        isEmpty={(list) => of(list).length === 0}
        empty={<p data-parked="none">Nothing is parked. Every event was handled, or is on its way.</p>}
      >
        {(list) => (
          <>
            {groupsOf(of(list)).map((group) => (
              <ParkedGroupCard key={group.id} group={group} />
            ))}
            {error && <Failure error={error} what="the others" retry={more} busy={busy} />}
            {hasMore && !error && (
              <p className={styles.more}>
                <Button small busy={busy} onPress={more}>
                  Show more
                </Button>
                <span>
                  {list.parked.length.toLocaleString('en-GB')} of {list.total.toLocaleString('en-GB')} parked
                  events are here.
                </span>
              </p>
            )}
          </>
        )}
      </FourStates>
      <Skipped />
    </Page>
  );
}

function Skipped() {
  const skips = useSkips();
  return (
    <Card flush title="What was skipped">
      <FourStates
        query={skips}
        what="what was skipped"
        live={false}
        isEmpty={(list) => list.skips.length === 0}
        empty="Nobody has ever skipped an event."
      >
        {(list) => (
          <Table
            caption="Skipped events"
            rows={list.skips}
            keyOf={({ id, time }) => `${id} ${time}`}
            columns={[
              { head: 'Service', cell: ({ id }) => id.slice(0, id.lastIndexOf(':')) },
              {
                head: 'Event',
                figures: true,
                cell: ({ id }) => <EventLink position={id.slice(id.lastIndexOf(':') + 1)} />,
              },
              { head: 'When', cell: ({ time }) => <Instant time={time} /> },
              { head: 'Why', cell: ({ reason }) => reason },
            ]}
          />
        )}
      </FourStates>
    </Card>
  );
}
