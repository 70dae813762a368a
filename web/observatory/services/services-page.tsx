/** Who is there, who owes what, who holds how much; and the two things that can be done to an instance. */
import { lazy, Suspense } from 'react';
import type { ServiceStatus } from '../../../common/pages/operator.js';
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { FourStates, Skeleton } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { Table } from '../../components/table.js';
import { Service } from '../parts/mentions.js';
import type { Services } from '../reads.js';
import { useServicesNow } from '../use-now.js';
import { InstanceTable } from './instance-table.js';
import { lengthOf, secondsOwed, warningsOf } from './measures.js';
import styles from './services.module.css';

const ServiceGraph = lazy(() => import('./service-graph.js'));

export function ServicesPage() {
  const services = useServicesNow();
  const isEmpty = ({ services: all }: Services) => all.length === 0;
  const empty = 'No service has ever registered. Start one, and it appears here by itself.';
  return (
    <Page title="Services" width="wide">
      <Card flush title="Who is connected" actions={<BusState services={services.data} />}>
        <FourStates query={services} what="the services" lines={6} isEmpty={isEmpty} empty={empty}>
          {(now) => (
            <Suspense fallback={<Skeleton what="the graph" lines={6} />}>
              <ServiceGraph now={now} />
            </Suspense>
          )}
        </FourStates>
      </Card>
      <Card flush title="What is owed">
        <FourStates query={services} what="what is owed" live={false} isEmpty={isEmpty} empty={empty}>
          {(now) => <Owed now={now} />}
        </FourStates>
      </Card>
      <Card flush title="Instances">
        <FourStates
          query={services}
          what="the instances"
          live={false}
          isEmpty={({ services: all }) => all.every(({ instances }) => instances.length === 0)}
          empty="No instance of any service is connected."
        >
          {(now) => <InstanceTable now={now} />}
        </FourStates>
      </Card>
    </Page>
  );
}

function BusState({ services }: { services: Services | undefined }) {
  if (services?.bus === undefined) return null;
  return services.bus ? (
    <Chip tone="good">The bus answers</Chip>
  ) : (
    <Chip tone="bad">The bus does not answer: this is what it said last</Chip>
  );
}

function Owed({ now }: { now: Services }) {
  return (
    <Table<ServiceStatus>
      caption="What each service is owed"
      rows={now.services}
      keyOf={({ client_type }) => client_type}
      columns={[
        { head: 'Service', cell: ({ client_type }) => <Service name={client_type} /> },
        {
          head: 'State',
          cell: (service) => {
            const warnings = warningsOf(service, now.health ?? []);
            if (warnings.length === 0) return <Chip tone="good">Well</Chip>;
            return (
              <span className={styles.chips}>
                {warnings.map(({ tone, text }) => (
                  <Chip key={text} tone={tone}>
                    {text}
                  </Chip>
                ))}
              </span>
            );
          },
        },
        { head: 'Owed', figures: true, cell: ({ owed }) => owed.toLocaleString('en-GB') },
        {
          head: 'Time to work it off',
          figures: true,
          cell: (service) => {
            const seconds = secondsOwed(service);
            return seconds === undefined ? 'stands still' : seconds === 0 ? '—' : lengthOf(seconds * 1000);
          },
        },
        {
          head: 'Oldest waits for',
          figures: true,
          cell: ({ oldest_age_ms }) => (oldest_age_ms === null ? '—' : lengthOf(oldest_age_ms)),
        },
        { head: 'In flight', figures: true, cell: ({ in_flight }) => in_flight },
        {
          head: 'Handled/s',
          figures: true,
          cell: ({ acknowledged_per_second }) => acknowledged_per_second.toFixed(1),
        },
        { head: 'Delivered again', figures: true, cell: ({ redelivered }) => redelivered },
        { head: 'Parked', figures: true, cell: ({ parked }) => parked },
        { head: 'Handled up to', figures: true, cell: ({ acknowledged }) => acknowledged },
      ]}
    />
  );
}
