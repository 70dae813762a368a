/** Around the operators' pages: the way between them, and a word for those who are none. */
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { useServices } from '../app/services.js';
import { FourStates } from '../components/four-states.js';
import { Page } from '../components/page.js';
import { meQuery } from '../session/me.js';
import styles from './observatory-layout.module.css';
import { useParkedNow } from './use-now.js';

export function ObservatoryLayout() {
  const { api } = useServices();
  const me = useQuery(meQuery(api));
  if (me.data?.operator)
    return (
      <>
        <Ways />
        <Outlet />
      </>
    );
  return (
    <Page title="Observatory" width="narrow">
      <FourStates
        query={me}
        what="the observatory"
        isEmpty={({ operator }) => !operator}
        empty={<p>This is for operators. Somebody who runs this system can make you one.</p>}
      >
        {() => null}
      </FourStates>
    </Page>
  );
}

function Ways() {
  const { session } = useServices();
  const parked = useParkedNow();
  const waiting = parked.data?.total ?? 0;
  return (
    <nav className={styles.ways} aria-label="Observatory">
      <Link to="/observatory" activeOptions={{ exact: true, includeSearch: false }} className={styles.way}>
        Live events
      </Link>
      <Link to="/observatory/services" className={styles.way}>
        Services
      </Link>
      <Link to="/observatory/parked" className={styles.way}>
        Parked
        {waiting > 0 && (
          <span className={styles.count}>
            {waiting.toLocaleString('en-GB')}
            <span className="visually-hidden"> events</span>
          </span>
        )}
      </Link>
      <Link to="/observatory/keys" className={styles.way}>
        Keys
      </Link>
      <Link to="/observatory/time" className={styles.way}>
        Time
      </Link>
      <Link to="/observatory/totals" className={styles.way}>
        Totals
      </Link>
      {session.mode.demonstration && (
        <Link to="/observatory/populate" className={styles.way}>
          Populate
        </Link>
      )}
    </nav>
  );
}
