/** Everything that came of one request: as a graph of cause and effect, over time, and as a table; while it happens, too. */
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { BusEvent } from '../../../common/pages/operator.js';
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { Facts } from '../../components/facts.js';
import { FourStates, Skeleton } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { isNarrow } from '../../platform/screen.js';
import { Instant } from '../parts/instant.js';
import { Service } from '../parts/mentions.js';
import { Tabs } from '../parts/tabs.js';
import type { Trace } from '../reads.js';
import { lengthOf } from '../services/measures.js';
import { Timeline } from './timeline.js';
import { outcomeOf, sendersOf, stepsOf, totalTime } from './trace.js';
import styles from './trace.module.css';
import { TraceTable } from './trace-table.js';
import { useTrace } from './use-trace.js';

const TraceGraph = lazy(() => import('./trace-graph.js'));
const route = getRouteApi('/signed-in/observatory/traces/$correlation');

const VIEWS = [
  { name: 'graph', label: 'Graph' },
  { name: 'timeline', label: 'Timeline' },
  { name: 'table', label: 'Table' },
] as const;

export function TracePage() {
  const { correlation } = route.useParams();
  const { view: wanted, event: chosen } = route.useSearch();
  const trace = useTrace(correlation);
  // A graph as small as a phone cannot be read; the timeline says the same.
  const view = VIEWS.find(({ name }) => name === wanted)?.name ?? (isNarrow() ? 'timeline' : 'graph');
  const tabs = VIEWS.map(({ name, label }) => ({
    name,
    label,
    link: {
      to: '/observatory/traces/$correlation' as const,
      params: { correlation },
      search: { view: name, event: chosen },
    },
  }));
  return (
    <Page
      title={trace.data ? outcomeOf(trace.data.events).text : `Trace …${correlation.slice(-8)}`}
      width="wide"
      above={<Link to="/observatory">← Live events</Link>}
      intro={<code className={styles.id}>{correlation}</code>}
    >
      <Card>
        <FourStates query={trace} what="this trace">
          {(data) => <Summary trace={data} />}
        </FourStates>
      </Card>
      <Card
        title="What happened"
        actions={<Tabs label="Ways to look at it" tabs={tabs} chosen={view} />}
        flush
      >
        <FourStates query={trace} what="its events" live={false} lines={6}>
          {({ events }) => <View view={view} events={events} chosen={chosen} />}
        </FourStates>
      </Card>
    </Page>
  );
}

function Summary({ trace: { events, cut } }: { trace: Trace }) {
  const { tone, text } = outcomeOf(events);
  return (
    <Facts
      arrangement="columns"
      facts={[
        [
          'Outcome',
          <Chip key="outcome" tone={tone}>
            {text}
          </Chip>,
        ],
        ['Total time', lengthOf(totalTime(events))],
        ['Events', cut ? `the first ${events.length}` : events.length],
        [
          'Services',
          <span key="services" className={styles.senders}>
            {sendersOf(events).map((name) => (
              <Service key={name} name={name} />
            ))}
          </span>,
        ],
        ['Began', events[0] && <Instant time={events[0].time} />],
      ]}
    />
  );
}

/** Beyond this a graph is no picture any more. */
const GRAPH_EVENTS_MAX = 200;

function View({
  view,
  events,
  chosen,
}: {
  view: string;
  events: readonly BusEvent[];
  chosen: string | undefined;
}) {
  const steps = stepsOf(events);
  if (view === 'timeline') return <Timeline steps={steps} chosen={chosen} />;
  if (view === 'table') return <TraceTable steps={steps} />;
  if (steps.length > GRAPH_EVENTS_MAX)
    return (
      <p className={styles.note}>
        These are {steps.length} events: too many for a picture. The timeline and the table have them all.
      </p>
    );
  return (
    <Suspense fallback={<Skeleton what="the graph" lines={6} />}>
      <TraceGraph steps={steps} chosen={chosen} />
    </Suspense>
  );
}
