/** A trace as cause and effect: an arrow from each event to what it caused, with the time between. */
import Graph from '../parts/graph.js';
import { EventLink, Service } from '../parts/mentions.js';
import { lengthOf } from '../services/measures.js';
import type { Step } from './trace.js';
import styles from './trace.module.css';

const SIZE = { width: 210, height: 76 };
const OUTSIDE = 'outside';

export default function TraceGraph({
  steps,
  chosen,
}: {
  steps: readonly Step[];
  chosen: string | undefined;
}) {
  const boxes = steps.map(({ event }) => ({
    id: event.event_id,
    content: (
      <div
        className={styles.box}
        data-chosen={event.position === chosen || undefined}
        data-type={event.event_type}
      >
        <EventLink position={event.position}>{event.event_type}</EventLink>
        <span className={styles.boxKey}>
          {event.consistency.key} · {event.consistency.value}
        </span>
        <Service name={event.sender} />
      </div>
    ),
  }));
  const outside = { id: OUTSIDE, content: <div className={styles.outside}>Request from outside</div> };
  const arrows = steps.map(({ event, cause, took }) => ({
    from: cause?.event_id ?? OUTSIDE,
    to: event.event_id,
    ...(cause && { label: lengthOf(took) }),
  }));
  return (
    <Graph
      label="Graph of cause and effect; the table says the same"
      boxes={[outside, ...boxes]}
      arrows={arrows}
      size={SIZE}
    />
  );
}
