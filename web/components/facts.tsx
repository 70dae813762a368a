/** Names and values of one thing: one below the other, to be read back; or in columns where there is room. */
import type { ReactNode } from 'react';
import styles from './facts.module.css';

interface FactsProps {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  arrangement: 'rows' | 'columns';
}

export function Facts({ facts, arrangement }: FactsProps) {
  return (
    <dl className={styles[arrangement]}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
