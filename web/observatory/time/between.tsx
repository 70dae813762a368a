/** The events between two points that the service gets: what made the difference. */
import { useQuery } from '@tanstack/react-query';
import type { EventPage, ServiceStatus } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { Card } from '../../components/card.js';
import { FourStates } from '../../components/four-states.js';
import { Table } from '../../components/table.js';
import { DataLine } from '../parts/data.js';
import { Instant } from '../parts/instant.js';
import { EventLink, KeyLink } from '../parts/mentions.js';
import { ask } from '../reads.js';
import { useServicesNow } from '../use-now.js';
import styles from './time.module.css';

/** More than this nobody reads one by one. */
const SHOWN_MAX = 200;

interface BetweenProps {
  service: string;
  after: number;
  last: number;
}

export function Between({ service, after, last }: BetweenProps) {
  const services = useServicesNow();
  const typesIn = (all: readonly ServiceStatus[]) =>
    all.find(({ client_type }) => client_type === service)?.event_types;
  return (
    <Card flush title={`Events between that ${service} gets`}>
      <FourStates
        query={services}
        what="the services"
        live={false}
        isEmpty={(now) => typesIn(now.services) === undefined}
        empty={`There is no service ${service}.`}
      >
        {(now) => <Events types={typesIn(now.services) ?? []} after={after} last={last} />}
      </FourStates>
    </Card>
  );
}

interface EventsProps {
  types: readonly string[];
  after: number;
  last: number;
}

function Events({ types, after, last }: EventsProps) {
  const { api } = useServices();
  const between = useQuery({
    queryKey: ['between', types, after, last],
    queryFn: async ({ signal }) => {
      const asked = { event_types: types.join(','), after, limit: SHOWN_MAX + 1 };
      const { events } = await ask<EventPage>(api, '/events', asked, signal);
      return events.filter(({ position }) => Number(position) <= last);
    },
  });
  return (
    <FourStates
      query={between}
      what="the events between"
      live={false}
      isEmpty={(events) => events.length === 0}
      empty="None: its state cannot differ."
    >
      {(events) => (
        <>
          {events.length > SHOWN_MAX && (
            <p className={styles.none}>The first {SHOWN_MAX}; move the points closer to see all.</p>
          )}
          <Table
            caption="Events between the two points"
            rows={events.slice(0, SHOWN_MAX)}
            keyOf={({ position }) => position}
            columns={[
              {
                head: 'Position',
                figures: true,
                cell: ({ position }) => <EventLink position={position} />,
              },
              { head: 'Time', cell: ({ time }) => <Instant time={time} /> },
              { head: 'Type', cell: ({ event_type }) => event_type },
              { head: 'Key', cell: ({ consistency }) => <KeyLink name={consistency.key} /> },
              { head: 'Data', cell: ({ data, masked }) => <DataLine data={data} masked={masked} /> },
            ]}
          />
        </>
      )}
    </FourStates>
  );
}
