/** The entries as a table shows them: newest first, below the day they belong to. Pure. */
import type { StatementEntry } from '../../../common/pages/bank.js';
import { formatMoney, plainMoney } from '../../format/money.js';
import { isoDay, type TimeStyle } from '../../format/time.js';
import type { StatementSearch } from './search.js';

export type DayRow =
  /** `newest`: the `seq` of the entry below it; a clock that was set back may bring a day twice */
  { kind: 'day'; day: string; at: number; newest: number } | { kind: 'entry'; entry: StatementEntry };

/** `entries`: oldest first, as a statement holds them. `style`: that of the times below the days. */
export function dayRows(
  entries: readonly StatementEntry[],
  search: StatementSearch,
  style: TimeStyle,
): DayRow[] {
  const rows: DayRow[] = [];
  let day = '';
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index]!;
    if (!matches(entry, search)) continue;
    const at = entry.timestamp * 1000;
    const of = isoDay(at, style);
    if (of !== day) rows.push({ kind: 'day', day: of, at, newest: entry.seq });
    day = of;
    rows.push({ kind: 'entry', entry });
  }
  return rows;
}

function matches({ amount, note }: StatementEntry, { q, direction }: StatementSearch): boolean {
  if (direction && direction !== (amount < 0 ? 'out' : 'in')) return false;
  if (!q) return true;
  const sought = q.trim().toLowerCase();
  const texts = [note.toLowerCase(), plainMoney(amount), formatMoney(amount, { sign: true })];
  return texts.some((text) => text.includes(sought));
}
