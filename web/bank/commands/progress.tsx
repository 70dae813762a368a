/** How far a command is, as a chip: submitted, pending, accepted, refused. */
import { Chip, type Tone } from '../../components/chip.js';

export type Progress = 'submitted' | 'pending' | 'accepted' | 'refused' | 'unknown';

const LOOKS: Record<Progress, { tone: Tone; text: string }> = {
  submitted: { tone: 'neutral', text: 'Submitted' },
  pending: { tone: 'info', text: 'Pending' },
  accepted: { tone: 'good', text: 'Accepted' },
  refused: { tone: 'bad', text: 'Refused' },
  unknown: { tone: 'warn', text: 'No answer yet' },
};

export function ProgressChip({ progress }: { progress: Progress }) {
  const { tone, text } = LOOKS[progress];
  return (
    <span role="status" data-progress={progress}>
      <Chip tone={tone}>{text}</Chip>
    </span>
  );
}
