/** What became of a command, in words: for results, refusals, and answers that did not come. */
import type { ReactNode } from 'react';
import { Button } from '../../components/button.js';
import type { KeptProblem } from './command.js';
import styles from './commands.module.css';

/** Nobody knows whether it happened: it can be sent again as it is, and happens once. */
export function NoAnswer({
  problem,
  again,
  busy,
}: {
  problem: KeptProblem;
  again: () => void;
  busy?: boolean;
}) {
  return (
    <div className={styles.notice} role="alert">
      <p>
        <strong>No answer yet.</strong> {problem.message} It may have been carried out or not: send it again
        as it is, and it happens once.
      </p>
      {problem.id && (
        <p>
          Error <code>{problem.id}</code>
        </p>
      )}
      <Button onPress={again} busy={busy ?? false}>
        Send it again
      </Button>
    </div>
  );
}

export function Refusal({ children }: { children: ReactNode }) {
  return (
    <div className={styles.refusal} role="alert">
      {children}
    </div>
  );
}
