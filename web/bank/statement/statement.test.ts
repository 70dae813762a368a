import { describe, expect, it } from 'vitest';
import type { StatementEntry } from '../../../common/pages/bank.js';
import { csvOf } from './csv.js';
import { dayRows } from './days.js';
import { instantOf, pastInstantOf, statementSearch } from './search.js';

const at = (text: string) => new Date(text).getTime() / 1000;
const entries: StatementEntry[] = [
  { seq: 1, timestamp: at('2026-11-20T09:00'), amount: 10_000, note: 'Salary', balance: 10_000 },
  { seq: 2, timestamp: at('2026-11-20T23:59:59'), amount: -1_250, note: 'Coffee & cake', balance: 8_750 },
  { seq: 3, timestamp: at('2026-11-21T00:00'), amount: -50, note: '=cmd|calc', balance: 8_700 },
];

describe('the rows of a statement', () => {
  it('are newest first, below the day of the person who looks', () => {
    const rows = dayRows(entries, {}, 'local').map((row) => (row.kind === 'day' ? row.day : row.entry.seq));
    expect(rows).toEqual(['2026-11-21', 3, '2026-11-20', 2, 1]);
  });

  it('are those that were searched for, in notes and amounts, by direction', () => {
    const found = (search: Parameters<typeof dayRows>[1]) =>
      dayRows(entries, search, 'local').flatMap((row) => (row.kind === 'entry' ? row.entry.seq : []));
    expect(found({ q: ' COFFEE ' })).toEqual([2]);
    expect(found({ q: '12.50' })).toEqual([2]);
    expect(found({ q: '+£100.00' })).toEqual([1]);
    expect(found({ direction: 'in' })).toEqual([1]);
    expect(found({ direction: 'out', q: 'c' })).toEqual([3, 2]);
    expect(dayRows(entries, { q: 'nothing like it' }, 'local')).toEqual([]);
  });
});

describe('a statement as a file', () => {
  it('holds every entry, exact, oldest first, and no formula', () => {
    const [head, ...lines] = csvOf(entries).split('\r\n');
    expect(head).toBe('Number,Time,Note,Amount,Balance');
    expect(lines.map((line) => line.split(',').toSpliced(1, 1).join(','))).toEqual([
      '1,Salary,100.00,100.00',
      '2,Coffee & cake,-12.50,87.50',
      "3,'=cmd|calc,-0.50,87.00",
      '',
    ]);
  });

  it('puts quotes around what would be read as columns', () => {
    const [, line] = csvOf([{ ...entries[0]!, note: 'a, "b"\nc' }]).split('\r\n');
    expect(line).toContain('"a, ""b""\nc"');
  });
});

describe('the address of a statement', () => {
  it('keeps what it understands, and says of the rest that it is not there', () => {
    expect(statementSearch({ as_of: '2026-11-20', q: 12, direction: 'in', page: 3 })).toEqual({
      as_of: '2026-11-20',
      q: '12',
      direction: 'in',
    });
    expect(statementSearch({ as_of: '2026-02-30', q: '', direction: 'up' })).toStrictEqual({
      as_of: undefined,
      q: undefined,
      direction: undefined,
    });
  });

  it('means the end of the day, or the very instant', () => {
    expect(instantOf('2026-11-20')).toBe(new Date(2026, 10, 21).getTime() - 1);
    expect(instantOf('2026-11-20T10:00:00Z')).toBe(Date.UTC(2026, 10, 20, 10));
    for (const text of ['', '2026-13-01', '20 Nov', '2026-11-20Tea']) expect(instantOf(text)).toBeUndefined();
  });

  it('means now while its instant is still to come', () => {
    const noon = new Date(2026, 10, 21, 12).getTime();
    expect(pastInstantOf('2026-11-20', noon)).toBe(instantOf('2026-11-20'));
    expect(pastInstantOf('2026-11-21', noon)).toBeUndefined();
    expect(pastInstantOf('2026-11-21', noon + 12 * 3_600_000)).toBe(instantOf('2026-11-21'));
    expect(pastInstantOf(undefined, noon)).toBeUndefined();
  });
});
