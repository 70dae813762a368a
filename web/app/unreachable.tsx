/** When not even the first question was answered: there is no page to show yet. */
import type { Problem } from '../api/problem.js';
import { Failure } from '../components/four-states.js';
import { Mark } from './mark.js';
import styles from './unreachable.module.css';

export function Unreachable({ problem, again }: { problem: Problem; again: () => void }) {
  return (
    <main className={styles.page}>
      <title>Autokrator</title>
      <h1 className={styles.brand}>
        <Mark /> Autokrator
      </h1>
      <Failure error={problem} what="the bank" retry={again} />
    </main>
  );
}
