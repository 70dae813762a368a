/** Events per second over the last minute, as bars; the newest second in words. */
import type { BusEvent } from '../../../common/pages/operator.js';
import { seconds } from '../../platform/ticker.js';
import { useStore } from '../../platform/use-store.js';
import styles from './live.module.css';
import { RATE_SECONDS, ratesOf } from './rates.js';

const HEIGHT = 40;

export function RateChart({ events }: { events: readonly BusEvent[] }) {
  const rates = ratesOf(events, useStore(seconds));
  const highest = Math.max(...rates);
  const sum = rates.reduce((total, rate) => total + rate, 0);
  return (
    <figure className={styles.rate}>
      <svg
        viewBox={`0 0 ${RATE_SECONDS * 4} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Events per second over the last minute: ${highest} at most, ${sum} in all`}
      >
        {rates.map((rate, second) => {
          const height = rate === 0 ? 1 : Math.max(2, (rate / highest) * HEIGHT);
          return (
            <rect
              key={second}
              x={second * 4}
              width={3}
              y={HEIGHT - height}
              height={height}
              className={rate === 0 ? styles.barNone : styles.bar}
            />
          );
        })}
      </svg>
      <figcaption className={styles.label}>
        Last minute: {sum.toLocaleString('en-GB')} events, at most {highest.toLocaleString('en-GB')} in a
        second
      </figcaption>
    </figure>
  );
}
