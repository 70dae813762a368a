/** A trace over time: where each event stands, and from when its cause was there. */
import { EventLink, Service } from '../parts/mentions.js';
import { lengthOf } from '../services/measures.js';
import type { Step } from './trace.js';
import styles from './trace.module.css';

export function Timeline({ steps, chosen }: { steps: readonly Step[]; chosen: string | undefined }) {
  const total = Math.max(1, steps.at(-1)?.offset ?? 0);
  const percent = (ms: number) => `${(ms / total) * 100}%`;
  return (
    <ol className={styles.timeline}>
      {steps.map(({ event, offset, took }) => (
        <li
          key={event.position}
          className={styles.moment}
          aria-current={event.position === chosen ? 'true' : undefined}
        >
          <span className={styles.what}>
            <EventLink position={event.position}>{event.event_type}</EventLink>
            <Service name={event.sender} />
          </span>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ left: percent(offset - took), width: percent(took) }} />
            <span className={styles.point} style={{ left: percent(offset) }} />
          </span>
          <span className={styles.offset}>
            +{lengthOf(offset)}
            {took > 0 && <span className={styles.soft}> · {lengthOf(took)} after its cause</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
