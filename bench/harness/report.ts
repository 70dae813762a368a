/**
 * What a bench found: a table for people, one JSON line for programs, and with `--record` a section at the end of
 * bench/RESULTS.md with machine, date and load.
 */
import { appendFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Report {
  readonly bench: string;
  /** what was measured and under which conditions, one sentence each */
  readonly conditions: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** aims and how near they are, peers that were left out and why */
  readonly remarks: readonly string[];
  /** the numbers of every round */
  readonly numbers: Readonly<Record<string, unknown>>;
}

const RESULTS = join('bench', 'RESULTS.md');

export function publishReport(report: Report, record: boolean): void {
  const { bench, conditions, columns, rows, remarks, numbers } = report;
  const surroundings = machine();
  const lines = [`${bench}: ${conditions.join(' ')}`, ...table(columns, rows), ...remarks];
  process.stdout.write(`${lines.join('\n')}\n${JSON.stringify({ bench, ...surroundings, ...numbers })}\n\n`);
  if (record) appendFileSync(RESULTS, section(report, surroundings));
}

interface Machine {
  readonly date: string;
  readonly processors: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly loadAverage: number;
}

function machine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 16),
    processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAverage: Math.round(loadavg()[0]! * 10) / 10,
  };
}

function section({ bench, conditions, columns, rows, remarks }: Report, at: Machine): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `\n## ${bench}, ${at.date}`,
    `${at.processors}, ${at.memoryGiB} GiB, Node ${at.node}, load average ${at.loadAverage} (with the bench itself). ${conditions.join(' ')}`,
    [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n'),
    ...(remarks.length > 0 ? [remarks.map((remark) => `- ${remark}`).join('\n')] : []),
    '',
  ].join('\n\n');
}

/** Columns as wide as their widest cell, the first to the left, numbers to the right. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  return [columns, ...rows].map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('   ')
      .trimEnd(),
  );
}
