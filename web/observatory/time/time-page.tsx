/** A service's state as it was: at one point of the log, at another, and what lies between. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useServices } from '../../app/services.js';
import { Card } from '../../components/card.js';
import { FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { thingIn } from '../past.js';
import { usePastPair } from '../use-past-pair.js';
import { Between } from './between.js';
import { Differences } from './differences.js';
import { PointSlider } from './point-slider.js';
import { headNowRead, pointOf } from './reads.js';
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
    navigate({ search: { ...search, ...change }, replace: true, resetScroll: false });
  return (
    <Page
      title={search.service === undefined ? 'Time' : `${search.service} ${search.path ?? ''} in time`}
      heading="Time"
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
                  onChoose={(at) => void choose({ at: String(at) })}
                />
                <PointSlider
                  label="Compared with"
                  head={newest}
                  at={pointOf(search.than, newest, 0)}
                  onChoose={(than) => void choose({ than: String(than) })}
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
  const { service, path, at, than } = route.useSearch();
  const points = [pointOf(at, head, head), pointOf(than, head, 0)];
  const [before, after] = [Math.min(...points), Math.max(...points)];
  const asked =
    service !== undefined && path !== undefined && !path.includes('{') ? { service, path } : undefined;
  const { earlier, later, both } = usePastPair(asked, before, after);
  if (!asked)
    return (
      <Card>
        <p className={styles.soft}>
          Choose a service and one of its addresses to see what it would have answered.
        </p>
      </Card>
    );
  return (
    <>
      <div className={styles.columns}>
        <StateView title={nameOf(before)} state={earlier} />
        <StateView title={nameOf(after)} state={later} />
      </div>
      <Card flush title="What differs">
        <FourStates query={both} what="the difference" live={false}>
          {([one, other]) => <Differences before={thingIn(one)} after={thingIn(other)} />}
        </FourStates>
      </Card>
      <Between service={asked.service} after={before} last={after} />
    </>
  );
}

function nameOf(point: number): string {
  return point === 0 ? 'Before everything' : `After event ${point.toLocaleString('en-GB')}`;
}
