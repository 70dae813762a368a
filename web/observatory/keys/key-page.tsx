/** One key: every value in its order, with the attempts that were refused between them, and who has it now. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { KeyHistory } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { Facts } from '../../components/facts.js';
import { FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { useFollow } from '../../live/use-follow.js';
import { Behind } from '../parked/behind.js';
import { Service } from '../parts/mentions.js';
import { More } from '../parts/more.js';
import { keyRead } from '../reads.js';
import { useParkedNow, useServicesNow } from '../use-now.js';
import { balancesOf } from './balances.js';
import { gapOf, keyRows } from './history.js';
import { KeyTable } from './key-table.js';
import styles from './keys.module.css';

const route = getRouteApi('/signed-in/observatory/keys/$key');

export function KeyPage() {
  const { key } = route.useParams();
  const history = useHistory(key);
  return (
    <Page title={`Key ${key}`} width="wide" above={<Link to="/observatory/keys">← Keys</Link>}>
      <Card>
        <FourStates query={history} what={`key ${key}`}>
          {({ pages }) => <Summary history={pages[0]!} />}
        </FourStates>
      </Card>
      <Card flush title="Its events">
        <FourStates query={history} what="its events" lines={8} live={false}>
          {({ pages }) => (
            <>
              <History name={key} pages={pages} />
              <More query={history} what="events" />
            </>
          )}
        </FourStates>
      </Card>
    </Page>
  );
}

/** Read again when an event of the key was pushed: refused attempts and holders come with it, and are not pushed themselves. */
function useHistory(key: string) {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = keyRead(api, key);
  const history = useInfiniteQuery(read);
  const pushed = useRef(-1);
  const known = history.data?.pages[0]?.head ?? -1;
  const { isFetching } = history;

  useFollow('events', undefined, (events) => {
    const own = events.findLast(({ consistency }) => consistency.key === key);
    if (!own) return;
    pushed.current = own.consistency.value;
    // One reading at a time: what comes meanwhile is seen when it ends.
    void queries.invalidateQueries({ queryKey: read.queryKey }, { cancelRefetch: false });
  });
  useEffect(() => {
    if (!isFetching && known >= 0 && known < pushed.current)
      void queries.invalidateQueries({ queryKey: ['key', key] }, { cancelRefetch: false });
  }, [isFetching, known, queries, key]);
  return history;
}

function Summary({ history: { head, holders, last_of_type } }: { history: KeyHistory }) {
  const services = useServicesNow();
  const addressOf = (sessionId: number) =>
    services.data?.services
      .flatMap(({ instances }) => instances)
      .find(({ session_id }) => session_id === sessionId)?.http_address;
  return (
    <Facts
      arrangement="columns"
      facts={[
        ['Newest value', head < 0 ? 'none yet' : head],
        ['Types', Object.keys(last_of_type).join(', ') || 'none'],
        [
          'Held by',
          holders.length === 0 ? (
            'nobody at the moment: the next event gives it to an instance'
          ) : (
            <ul key="holders">
              {holders.map(({ client_type, session_id }) => (
                <li key={client_type}>
                  <Service name={client_type} />{' '}
                  <span className={styles.soft}>{addressOf(session_id) ?? `session ${session_id}`}</span>
                </li>
              ))}
            </ul>
          ),
        ],
      ]}
    />
  );
}

/** Who stands still in this key, at which event, and what that holds up. */
function ParkedHere({ name }: { name: string }) {
  const parked = useParkedNow();
  const own = (parked.data?.parked ?? []).filter(({ event }) => event?.consistency.key === name);
  return own.map((one) => (
    <span key={one.id} className={styles.parked}>
      <Chip tone="bad">
        Parked at {one.client_type}: value {one.event?.consistency.value}
      </Chip>
      <Link to="/observatory/parked" search={{ service: one.client_type }}>
        Decide about it
      </Link>
      <span className={styles.soft}>
        Waiting behind it: <Behind parked={one} />
      </span>
    </span>
  ));
}

function History({ name, pages }: { name: string; pages: readonly KeyHistory[] }) {
  const events = pages.flatMap((page) => page.events);
  const refused = pages.flatMap((page) => page.refused);
  const gap = gapOf(events);
  return (
    <>
      <p className={styles.more}>
        {gap === undefined ? (
          <Chip tone="good">No gap between the values</Chip>
        ) : (
          <Chip tone="bad">Value {gap} is missing</Chip>
        )}{' '}
        {refused.length > 0 && (
          <Chip tone="warn">
            {refused.length} refused {refused.length === 1 ? 'attempt' : 'attempts'}
          </Chip>
        )}
        <ParkedHere name={name} />
      </p>
      <KeyTable name={name} rows={keyRows(events, refused)} balances={balancesOf(name, events)} />
    </>
  );
}
