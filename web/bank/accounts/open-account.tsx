import { useLiveStatus } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { whyNoMoney } from '../../live/status.js';
import { type Progress, ProgressChip } from '../commands/progress.js';
import styles from './accounts.module.css';
import type { Opening } from './use-opening.js';

export function OpenAccount({ opening }: { opening: Opening }) {
  const why = whyNoMoney(useLiveStatus());
  const busy = opening.command.phase === 'sent' || opening.waiting !== undefined;
  return (
    <Button onPress={opening.open} busy={busy} why={why}>
      {opening.command.phase === 'unknown' ? 'Open the account: try again' : 'Open an account'}
    </Button>
  );
}

/** Stands where the account will be. */
export function OpeningCard({ opening: { command, waiting } }: { opening: Opening }) {
  if (command.phase === 'draft' && !command.problem) return null;
  const problem = 'problem' in command ? command.problem : undefined;
  return (
    <li className={styles.opening}>
      <h2>New account</h2>
      <ProgressChip progress={progressOf(command.phase, waiting !== undefined)} />
      <p>
        {command.phase === 'repeated'
          ? 'It was asked for already: if it is not among your accounts, it appears here by itself.'
          : (problem?.message ?? 'It appears here as soon as it is open.')}
      </p>
    </li>
  );
}

function progressOf(phase: Opening['command']['phase'], waiting: boolean): Progress {
  switch (phase) {
    case 'draft':
      return 'refused';
    case 'unknown':
      return 'unknown';
    case 'repeated':
      return 'accepted';
    case 'sent':
    case 'answered':
      return waiting ? 'pending' : 'submitted';
  }
}
