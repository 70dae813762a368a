/** One answer of the past. */
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { FourStates, type Reading } from '../../components/four-states.js';
import { DataBlock } from '../parts/data.js';
import type { Past } from '../past.js';
import styles from './time.module.css';

interface StateViewProps {
  title: string;
  state: Reading<Past>;
}

export function StateView({ title, state }: StateViewProps) {
  const status = state.data?.status;
  return (
    <Card
      title={title}
      actions={status !== undefined && <Chip tone={status < 400 ? 'good' : 'warn'}>{status}</Chip>}
    >
      <FourStates query={state} what={`the state ${title.toLowerCase()}`} live={false} lines={5}>
        {(past) => <Answer past={past} label={`Answer ${title.toLowerCase()}`} />}
      </FourStates>
    </Card>
  );
}

function Answer({ past, label }: { past: Past; label: string }) {
  if (past === null)
    return <p className={styles.soft}>Before the first event there is no state: nothing had happened yet.</p>;
  return (
    <>
      <DataBlock data={past.body} label={label} />
      {past.held_keys !== undefined && (
        <p className={styles.held}>
          <Chip tone="warn">{past.held_keys} keys stand still</Chip> The handler of one of their events fails,
          so what came after it is not in this state.
        </p>
      )}
    </>
  );
}
