/** Counts beside each other: a table whose figures are also lengths. */
import type { ReactNode } from 'react';
import type { Count } from './counts.js';
import styles from './totals.module.css';

interface BarsProps {
  counts: readonly Count[];
  head: string;
  name?: (name: string) => ReactNode;
}

export function Bars({ counts, head, name = (text) => text }: BarsProps) {
  const highest = Math.max(1, ...counts.map(({ count }) => count));
  return (
    <table className={styles.bars}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{head}</th>
          <th scope="col">Events</th>
        </tr>
      </thead>
      <tbody>
        {counts.map(({ name: text, count }) => (
          <tr key={text} data-count={text}>
            <th scope="row">
              {name(text)}
              <span
                className={styles.bar}
                style={{ inlineSize: `${(count / highest) * 100}%` }}
                aria-hidden="true"
              />
            </th>
            <td>{count.toLocaleString('en-GB')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
