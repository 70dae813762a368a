/**
 * A statement for a spreadsheet (RFC 4180), oldest first. A note that begins like a formula gets a quote in front, or
 * the sender of one penny could have a formula run at whoever opens the file.
 */
import type { StatementEntry } from '../../../common/pages/bank.js';
import { plainMoney } from '../../format/money.js';

export function csvOf(entries: readonly StatementEntry[]): string {
  const rows = entries.map(({ seq, timestamp, note, amount, balance }) => [
    String(seq),
    new Date(timestamp * 1000).toISOString(),
    cell(note),
    plainMoney(amount),
    plainMoney(balance),
  ]);
  return [['Number', 'Time', 'Note', 'Amount', 'Balance'], ...rows]
    .map((row) => `${row.join(',')}\r\n`)
    .join('');
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
