/** How far an order is, and how it ended. */
import type { Populating } from '../../../common/pages/operator.js';
import { Chip } from '../../components/chip.js';
import styles from './populate.module.css';

export function ProgressView({ progress: { state, done, total, error } }: { progress: Populating }) {
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
      <p>
        {done.toLocaleString('en-GB')} of {total.toLocaleString('en-GB')} commands
      </p>
      {error !== undefined && <p>{error}</p>}
    </div>
  );
}
