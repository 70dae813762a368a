/** One event: what it says, where it stands, what caused it and what it caused, and how it fared with those who get it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { BusEvent, EventPage as Events } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { ButtonLink } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { Facts } from '../../components/facts.js';
import { FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { useFollow } from '../../live/use-follow.js';
import { DataBlock, Masked } from '../parts/data.js';
import { Instant } from '../parts/instant.js';
import { EventLink, KeyLink, Service, TraceLink } from '../parts/mentions.js';
import { ask, eventRead } from '../reads.js';
import { useTrace } from '../trace/use-trace.js';
import { Attempts } from './attempts.js';
import { CopyButtons } from './copy-buttons.js';
import styles from './event.module.css';
import { neighboursOf } from './neighbours.js';

const route = getRouteApi('/signed-in/observatory/events/$position');

export function EventPage() {
  const { position } = route.useParams();
  const { api } = useServices();
  const event = useQuery(eventRead(api, position));
  const title = event.data ? `${event.data.event_type} ${position}` : `Event ${position}`;
  return (
    <Page
      title={title}
      width="wide"
      above={<Link to="/observatory">← Live events</Link>}
      actions={
        event.data && (
          <ButtonLink
            to="/observatory/traces/$correlation"
            params={{ correlation: event.data.correlation }}
            search={{ event: position }}
            kind="primary"
          >
            Follow its trace
          </ButtonLink>
        )
      }
    >
      <Card title="What it says" actions={event.data && <CopyButtons event={event.data} />}>
        <FourStates query={event} what={`event ${position}`} live={false} lines={6}>
          {(data) => (
            <div className={styles.said}>
              {data.masked ? <Masked /> : <DataBlock data={data.data} label="Data" />}
              <Fields event={data} />
            </div>
          )}
        </FourStates>
      </Card>
      {event.data && (
        <div className={styles.columns}>
          <Neighbours event={event.data} />
          <Causes event={event.data} />
          <Attempts event={event.data} />
        </div>
      )}
    </Page>
  );
}

function Fields({ event }: { event: BusEvent }) {
  return (
    <Facts
      arrangement="columns"
      facts={[
        ['Position', event.position],
        ['Time', <Instant key="time" time={event.time} />],
        ['Type', event.event_type],
        ['Key', <KeyLink key="key" name={event.consistency.key} />],
        ['Value in its key', event.consistency.value],
        ['Sent by', <Service key="sender" name={event.sender} />],
        ['Session', event.session_id],
        ['Trace', <TraceLink key="trace" correlation={event.correlation} />],
        ['Correlation', event.correlation],
        ['Correlation (32 bits)', event.correlation_id],
        ['Causation', event.causation ?? 'none: a request from outside began it'],
        ['Event id', event.event_id],
        ['Batch', event.batch_id ?? 'none'],
        ['Timestamp', `${event.timestamp} (${event.timestamp_raw})`],
      ]}
    />
  );
}

function Neighbours({ event }: { event: BusEvent }) {
  const { api } = useServices();
  const queries = useQueryClient();
  const { key } = event.consistency;
  const queryKey = ['neighbours', event.position];
  const neighbours = useQuery({
    queryKey,
    gcTime: 0,
    queryFn: ({ signal }) =>
      neighboursOf(event, (after, limit) => ask<Events>(api, '/events', { key, after, limit }, signal)),
  });
  // One behind it is for ever: only the newest waits for a neighbour.
  const isNewest = neighbours.data !== undefined && neighbours.data.after === undefined;
  useFollow(isNewest ? 'events' : undefined, undefined, (pushed) => {
    if (pushed.some(({ consistency }) => consistency.key === key))
      void queries.invalidateQueries({ queryKey });
  });
  return (
    <Card title="In its key">
      <FourStates query={neighbours} what="the neighbours" live={isNewest}>
        {({ before, after }) => (
          <ol className={styles.list}>
            <Neighbour event={before} otherwise="Nothing: it is the first of its key" />
            <Neighbour event={event} current />
            <Neighbour event={after} otherwise="Nothing yet: it is the newest of its key" />
          </ol>
        )}
      </FourStates>
    </Card>
  );
}

function Causes({ event }: { event: BusEvent }) {
  const trace = useTrace(event.correlation);
  return (
    <Card title="Cause and effect">
      <FourStates query={trace} what="the trace">
        {({ events }) => {
          const cause = events.find(({ event_id }) => event_id === event.causation);
          const effects = events.filter(({ causation }) => causation === event.event_id);
          return (
            <>
              <h3 className={styles.label}>Caused by</h3>
              <ol className={styles.list}>
                <Neighbour
                  event={cause}
                  otherwise={
                    event.causation === undefined ? 'A request from outside' : `Event ${event.causation}`
                  }
                />
              </ol>
              <h3 className={styles.label}>Caused</h3>
              <ol className={styles.list}>
                {effects.length === 0 && <li className={styles.none}>Nothing so far</li>}
                {effects.map((effect) => (
                  <Neighbour key={effect.position} event={effect} />
                ))}
              </ol>
              <OthersOfTrace event={event} events={events} />
            </>
          );
        }}
      </FourStates>
    </Card>
  );
}

/** The neighbours in the correlation, whatever caused them. */
function OthersOfTrace({ event, events }: { event: BusEvent; events: readonly BusEvent[] }) {
  const at = events.findIndex(({ position }) => position === event.position);
  return (
    <>
      <h3 className={styles.label}>
        In its correlation: {at + 1} of {events.length}
      </h3>
      <ol className={styles.list}>
        <Neighbour event={events[at - 1]} otherwise="Nothing before it" />
        <Neighbour event={events[at + 1]} otherwise="Nothing after it so far" />
      </ol>
    </>
  );
}

interface NeighbourProps {
  event: BusEvent | undefined;
  otherwise?: string;
  current?: boolean;
}

function Neighbour({ event, otherwise, current = false }: NeighbourProps) {
  if (!event) return <li className={styles.none}>{otherwise}</li>;
  const name = `${event.event_type} · ${event.consistency.key} ${event.consistency.value}`;
  return (
    <li className={styles.neighbour} aria-current={current || undefined}>
      {current ? <strong>{name}</strong> : <EventLink position={event.position}>{name}</EventLink>}
      <Service name={event.sender} />
    </li>
  );
}
