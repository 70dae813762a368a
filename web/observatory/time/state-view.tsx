/** One answer of the past. */
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { FourStates, type Reading } from '../../components/four-states.js';
import { DataBlock } from '../parts/data.js';
import type { StateAt } from './reads.js';

interface StateViewProps {
  title: string;
  state: Reading<StateAt>;
}

export function StateView({ title, state }: StateViewProps) {
  const status = state.data?.status;
  return (
    <Card
      title={title}
      actions={status !== undefined && <Chip tone={status < 400 ? 'good' : 'warn'}>{status}</Chip>}
    >
      <FourStates query={state} what={`the state ${title.toLowerCase()}`} live={false} lines={5}>
        {({ body }) => <DataBlock data={body} label={`Answer ${title.toLowerCase()}`} />}
      </FourStates>
    </Card>
  );
}
