/** How the event fared with each client type that gets it: handled, owed, parked with its error, skipped with a reason. */
import { Link } from '@tanstack/react-router';
import type { BusEvent, ParkedEvent } from '../../../common/pages/operator.js';
import { Card } from '../../components/card.js';
import { FourStates } from '../../components/four-states.js';
import { Behind } from '../parked/behind.js';
import { Instant } from '../parts/instant.js';
import { Standing } from '../parts/mentions.js';
import { standingsOf } from '../standing.js';
import { useParkedNow, useServicesNow, useSkips } from '../use-now.js';
import styles from './event.module.css';

export function Attempts({ event }: { event: BusEvent }) {
  const services = useServicesNow();
  const parked = useParkedNow();
  const skips = useSkips();
  const idFor = (clientType: string) => `${clientType}:${event.position}`;
  return (
    <Card title="Handled by">
      <FourStates
        query={services}
        what="the services"
        isEmpty={({ services: all }) => standingsOf(event, all, []).length === 0}
        empty="No service asks for events of this type."
      >
        {({ services: all }) => (
          <ul className={styles.list}>
            {standingsOf(event, all, parked.data?.parked ?? []).map(({ client_type, standing }) => {
              const failed = parked.data?.parked.find(({ id }) => id === idFor(client_type));
              const skipped = skips.data?.skips.find(({ id }) => id === idFor(client_type));
              return (
                <li key={client_type} className={styles.attempt}>
                  <Standing name={client_type} standing={standing} />
                  {failed && <Failed parked={failed} />}
                  {skipped && (
                    <p>
                      Skipped <Instant time={skipped.time} />: {skipped.reason}
                    </p>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </FourStates>
    </Card>
  );
}

function Failed({ parked }: { parked: ParkedEvent }) {
  return (
    <>
      <p>
        {parked.attempts} attempts, the first <Instant time={parked.first_failure} />
      </p>
      <pre className={styles.error}>{parked.error.message}</pre>
      <p>
        Waiting behind it: <Behind parked={parked} />
      </p>
      <Link to="/observatory/parked" search={{ service: parked.client_type }}>
        Decide about it
      </Link>
    </>
  );
}
