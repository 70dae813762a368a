/** A service's state as it was: at one point of the log, at another, and what lies between. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useServices } from '../../app/services.js';
import { Card } from '../../components/card.js';
import { FourStates, type Reading } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { Between } from './between.js';
import { Differences } from './differences.js';
import { PointSlider } from './point-slider.js';
import { headNowRead, pointOf, type StateAt, stateRead } from './reads.js';
import { StateView } from './state-view.js';
import styles from './time.module.css';
import { WhatToSee } from './what-to-see.js';

const route = getRouteApi('/signed-in/observatory/time');

export function TimePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { api } = useServices();
  const head = useQuery(headNowRead(api));
  const choose = (change: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false });
  return (
    <Page
      title="Time"
      width="wide"
      intro="The log holds everything that ever happened, so a service's state can be built as it was at any point."
    >
      <Card title="Whose state, and when">
        <div className={styles.choice}>
          <WhatToSee service={search.service} path={search.path} choose={choose} />
          <FourStates query={head} what="the length of the log" live={false} lines={2}>
            {(newest) => (
              <>
                <PointSlider
                  label="At"
                  head={newest}
                  at={pointOf(search.at, newest, newest)}
                  onChoose={(at) => choose({ at: String(at) })}
                />
                <PointSlider
                  label="Compared with"
                  head={newest}
                  at={pointOf(search.than, newest, 0)}
                  onChoose={(than) => choose({ than: String(than) })}
                />
              </>
            )}
          </FourStates>
        </div>
      </Card>
      {head.data !== undefined && <Answers head={head.data} />}
    </Page>
  );
}

function Answers({ head }: { head: number }) {
  const { service, path, at: atText, than: thanText } = route.useSearch();
  const { api } = useServices();
  const [at, than] = [pointOf(atText, head, head), pointOf(thanText, head, 0)];
  const asked =
    service !== undefined && path !== undefined && !path.includes('{') ? { service, path } : undefined;
  const here = useQuery(stateRead(api, asked, at));
  const there = useQuery(stateRead(api, asked, than));
  if (!asked)
    return (
      <Card>
        <p className={styles.soft}>
          Choose a service and one of its addresses to see what it would have answered.
        </p>
      </Card>
    );
  const both = joined(there, here);
  return (
    <>
      <div className={styles.columns}>
        <StateView title={`At ${than.toLocaleString('en-GB')}`} state={there} />
        <StateView title={`At ${at.toLocaleString('en-GB')}`} state={here} />
      </div>
      <Card flush title="What differs">
        <FourStates query={both} what="the difference" live={false}>
          {([before, after]) => <Differences before={before.body} after={after.body} />}
        </FourStates>
      </Card>
      <Between service={asked.service} after={Math.min(at, than)} last={Math.max(at, than)} />
    </>
  );
}

/** Both or none. */
function joined(one: Reading<StateAt>, other: Reading<StateAt>): Reading<readonly [StateAt, StateAt]> {
  return {
    data: one.data && other.data ? [one.data, other.data] : undefined,
    error: one.error ?? other.error,
    isFetching: one.isFetching || other.isFetching,
    dataUpdatedAt: Math.min(one.dataUpdatedAt, other.dataUpdatedAt),
    refetch: () => Promise.all([one.refetch(), other.refetch()]),
  };
}
