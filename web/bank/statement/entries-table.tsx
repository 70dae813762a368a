// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by hand cannot be those of a <table>
/** The entries by day, newest first; what is out of sight is not drawn, what is far down is fetched on the way there. */
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import type { StatementEntry } from '../../../common/pages/bank.js';
import { Failure } from '../../components/four-states.js';
import { Money } from '../../components/money.js';
import { Time } from '../../components/time.js';
import { VirtualRows } from '../../components/virtual-rows.js';
import { formatDay } from '../../format/time.js';
import { timeStyle } from '../../platform/preferences.js';
import { useStore } from '../../platform/use-store.js';
import { dayRows } from './days.js';
import styles from './statement.module.css';
import type { StatementHandle } from './use-statement.js';

const route = getRouteApi('/signed-in/accounts/$id');
const ENTRY_PX = 53;
const DAY_PX = 41;

export function Entries({ statement }: { statement: StatementHandle }) {
  const search = route.useSearch();
  const style = useStore(timeStyle);
  const { entries, total } = statement.query.data!;
  const { loadBefore, partError } = statement;
  const rows = useMemo(() => dayRows(entries, search, style), [entries, search, style]);
  const searching = search.q !== undefined || search.direction !== undefined;
  const missing = total - entries.length;
  // A failure is shown where the list ends, with its own way to try again.
  const more = useCallback(() => void loadBefore().catch(() => undefined), [loadBefore]);

  useEffect(() => {
    if (searching && missing > 0 && !partError) more();
  }, [searching, missing, partError, more]);

  return (
    <>
      <div
        role="table"
        aria-label="Entries"
        aria-rowcount={missing > 0 ? -1 : rows.length + 1}
        className={styles.table}
      >
        <div role="rowgroup">
          <div role="row" aria-rowindex={1} tabIndex={-1} className={styles.head}>
            {['Note', 'Amount', 'Balance'].map((head) => (
              <span role="columnheader" tabIndex={-1} key={head}>
                {head}
              </span>
            ))}
          </div>
        </div>
        <VirtualRows
          count={rows.length}
          keyOf={(index) => keyOf(rows[index]!)}
          estimate={(index) => (rows[index]!.kind === 'day' ? DAY_PX : ENTRY_PX)}
          row={(index) => <Row row={rows[index]!} />}
          {...(missing > 0 && !partError && { onEnd: more })}
        />
      </div>
      {rows.length === 0 && missing === 0 && <p className={styles.end}>No entry is like that.</p>}
      {partError && <Failure error={partError} what="earlier entries" retry={more} />}
      {missing > 0 && !partError && (
        <p className={styles.end} role="status">
          {searching
            ? `Searched ${entries.length.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} …`
            : 'Earlier entries …'}
        </p>
      )}
    </>
  );
}

function Row({ row }: { row: ReturnType<typeof dayRows>[number] }) {
  return row.kind === 'day' ? <Day at={row.at} /> : <Entry entry={row.entry} />;
}

function Day({ at }: { at: number }) {
  const style = useStore(timeStyle);
  return (
    <div role="cell" aria-colspan={3} className={styles.day}>
      <h3>{formatDay(at, style)}</h3>
    </div>
  );
}

function Entry({ entry }: { entry: StatementEntry }) {
  return (
    <div className={styles.entry} role="presentation" data-seq={entry.seq}>
      <div role="cell" className={styles.what}>
        <span className={styles.note}>{entry.note}</span>
        <span className={styles.when}>
          <Time at={entry.timestamp * 1000} clock /> · no. {entry.seq}
        </span>
      </div>
      <div role="cell" className={styles.amount}>
        <Money amount={entry.amount} movement />
      </div>
      <div role="cell" className={styles.after}>
        <Money amount={entry.balance} />
      </div>
    </div>
  );
}

function keyOf(row: ReturnType<typeof dayRows>[number]): string | number {
  return row.kind === 'day' ? `${row.day} ${row.newest}` : row.entry.seq;
}
