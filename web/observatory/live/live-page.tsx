/** Every event as it happens: counted, filtered, held still when somebody wants to read. */
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { Button } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { FourStates, Skeleton } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { saveText } from '../../platform/save-text.js';
import { asNdjson } from '../event/copies.js';
import { useParkedNow, useServicesNow } from '../use-now.js';
import { matcherOf } from './filter.js';
import { FilterTools } from './filter-tools.js';
import styles from './live.module.css';
import { RateChart } from './rate-chart.js';
import { countAfter, firstOf, type Tail } from './tail.js';
import { useAway } from './use-away.js';
import { useTail } from './use-tail.js';

const EventRows = lazy(() => import('./event-rows.js'));
const route = getRouteApi('/signed-in/observatory/');

export function LivePage() {
  const tail = useTail();
  const { data } = tail.query;
  const [paused, setPaused] = useState<Tail>();
  const { away, top } = useAway(data);
  // Whoever has scrolled down reads: the list waits as if it were paused.
  const shown = paused ?? away ?? data;
  // The counter is exact at once; the list comes when the browser has time for it, so a flood of events does not hold up a press.
  const listed = useDeferredValue(shown);
  const matches = useMatches();
  const waiting = data && shown && shown !== data ? countAfter(data, shown.head, matches) : 0;
  const goOn = () => {
    setPaused(undefined);
    top();
  };
  return (
    <Page
      title="Live events"
      width="wide"
      actions={
        <>
          <Button onPress={() => (paused ? goOn() : setPaused(data))}>{paused ? 'Go on' : 'Pause'}</Button>
          <Export shown={shown} />
        </>
      }
    >
      <Card>
        <FourStates query={tail.query} what="the newest events">
          {(now) => <Figures tail={now} />}
        </FourStates>
      </Card>
      <Card flush title="Events" actions={<FilterTools />}>
        {(paused || (away && waiting > 0)) && (
          <div className={styles.waiting}>
            <span role="status">
              {paused ? 'Paused' : 'Held while you read'} · {waiting.toLocaleString('en-GB')} waiting
            </span>
            <Button small onPress={goOn}>
              Show the newest
            </Button>
          </div>
        )}
        <FourStates
          query={tail.query}
          what="the events"
          lines={8}
          live={false}
          isEmpty={(now) => now.head === 0}
          empty="Nothing has happened yet. As soon as a service publishes an event, it stands here."
        >
          {() => (
            <Suspense fallback={<Skeleton what="the events" lines={8} />}>
              <List shown={listed ?? shown!} tail={tail} />
            </Suspense>
          )}
        </FourStates>
      </Card>
    </Page>
  );
}

function List({ shown, tail }: { shown: Tail; tail: ReturnType<typeof useTail> }) {
  const matches = useMatches();
  const services = useServicesNow();
  const parked = useParkedNow();
  const events = useMemo(() => {
    const first = firstOf(tail.query.data!);
    // What was read of the time before belongs to a list that is held still, too.
    const all =
      shown === tail.query.data
        ? shown.events
        : tail.query.data!.events.filter(
            ({ position }) => Number(position) <= shown.head && Number(position) >= first,
          );
    return (matches ? all.filter(matches) : all).toReversed();
  }, [shown, tail.query.data, matches]);
  return (
    <EventRows
      events={events}
      services={services.data?.services ?? []}
      parked={parked.data?.parked ?? []}
      end={tail}
      searchedTo={firstOf(tail.query.data!)}
      filtered={matches !== undefined}
    />
  );
}

function Figures({ tail }: { tail: Tail }) {
  return (
    <div className={styles.figures}>
      <p>
        <span className={styles.label}>Events in the log</span>
        <strong className={styles.figure} data-figure="head">
          {tail.head.toLocaleString('en-GB')}
        </strong>
      </p>
      <p>
        <span className={styles.label}>New since you came</span>
        <strong className={styles.figure} data-figure="received">
          {tail.received.toLocaleString('en-GB')}
        </strong>
      </p>
      <RateChart events={tail.events} />
    </div>
  );
}

function Export({ shown }: { shown: Tail | undefined }) {
  const matches = useMatches();
  const save = () => {
    const events = matches ? shown!.events.filter(matches) : shown!.events;
    saveText(asNdjson(events), `events-${shown!.head}.ndjson`, 'application/x-ndjson');
  };
  return shown && <Button onPress={save}>Export NDJSON</Button>;
}

function useMatches() {
  const filter = route.useSearch();
  const name = JSON.stringify(filter);
  // The same filter is the same test, whatever object it comes in.
  return useMemo(() => matcherOf(filter), [name]);
}
