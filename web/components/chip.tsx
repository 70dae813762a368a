/** A state in a word, with its own mark: readable without its colour. */
import type { ReactNode } from 'react';
import { cx } from '../design/cx.js';
import styles from './chip.module.css';

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';

const MARKS: Record<Tone, string> = { neutral: '•', info: '…', good: '✓', warn: '!', bad: '×' };

interface ChipProps {
  tone?: Tone;
  /** in place of the tone's mark */
  mark?: string;
  children: ReactNode;
}

export function Chip({ tone = 'neutral', mark = MARKS[tone], children }: ChipProps) {
  return (
    <span className={cx(styles.chip, styles[tone])}>
      <span className={styles.mark} aria-hidden="true">
        {mark}
      </span>
      {children}
    </span>
  );
}
