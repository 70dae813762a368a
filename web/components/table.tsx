/** A plain table for what fits on a page: a caption for those who do not see it, figures to the right, narrow screens scroll it sideways. */
import { Fragment, type ReactNode } from 'react';
import { cx } from '../design/cx.js';
import styles from './table.module.css';

export interface Column<Row> {
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** to the right, figures below figures */
  figures?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  /** across the whole width below its row, where there is something to say */
  below?: (row: Row) => ReactNode;
}

export function Table<Row>({ caption, columns, rows, keyOf, below }: TableProps<Row>) {
  return (
    // A region that scrolls can be reached by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles.scroll} aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" className={cx(column.figures && styles.figures)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const more = below?.(row);
            return (
              <Fragment key={keyOf(row)}>
                <tr className={cx(Boolean(more) && styles.opened)}>
                  {columns.map((column, index) => (
                    <td key={index} className={cx(column.figures && styles.figures)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
                {more && (
                  <tr>
                    <td colSpan={columns.length} className={styles.below}>
                      {more}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
