/** How far an order is, how fast it goes, and how it ended. */
import { Link } from '@tanstack/react-router';
import type { Populating } from '../../../common/pages/operator.js';
import { Chip } from '../../components/chip.js';
import { Facts } from '../../components/facts.js';
import { lengthOf } from '../services/measures.js';
import styles from './populate.module.css';

export function ProgressView({ progress: { state, done, total, rate, error } }: { progress: Populating }) {
  const seconds = rate > 0 ? (state === 'running' ? total - done : done) / rate : undefined;
  return (
    <div className={styles.form} data-populate={state}>
      <div role="status">
        {state === 'running' && <Chip tone="info">Under way</Chip>}
        {state === 'done' && <Chip tone="good">Done</Chip>}
        {state === 'failed' && <Chip tone="bad">Failed</Chip>}
      </div>
      <progress
        className={styles.progress}
        value={done}
        max={Math.max(1, total)}
        aria-label="Commands sent"
      />
      <Facts
        arrangement="rows"
        facts={[
          ['Commands', `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`],
          ['A second', rate === 0 ? '—' : Math.round(rate).toLocaleString('en-GB')],
          [
            state === 'running' ? 'Time left, at this rate' : 'Time taken',
            seconds === undefined ? '—' : lengthOf(seconds * 1000),
          ],
        ]}
      />
      {state === 'running' && (
        <p className={styles.soft}>
          It goes on when you leave this page: nothing is lost, and here it stands when you come back.
        </p>
      )}
      {state === 'done' && (
        <p>
          What became of it: <Link to="/observatory/totals">Totals</Link>
        </p>
      )}
      {error !== undefined && <p role="alert">{error}</p>}
    </div>
  );
}
