/** What became of a command, in words: for results, refusals, and answers that did not come. */
import type { ReactNode } from 'react';
import { Button, ButtonLink } from '../../components/button.js';
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

/** It happened, and what the bank answered is lost: the statement of the account tells the rest. */
export function CarriedOut({
  account,
  another,
  onAnother,
}: {
  account: string;
  /** what the button says that begins the next one */
  another: string;
  onAnother: () => void;
}) {
  return (
    <div className={styles.notice} role="alert">
      <p>
        <strong>It was carried out.</strong> The bank has it on record, only its answer is lost. What came of
        it is in the statement of account {account}: do not send it again.
      </p>
      <div className={styles.buttons}>
        <ButtonLink to="/accounts/$id" params={{ id: account }} kind="primary">
          See the statement
        </ButtonLink>
        <Button onPress={onAnother}>{another}</Button>
      </div>
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
