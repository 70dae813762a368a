import { TickMarkType, type UTCTimestamp } from 'lightweight-charts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StatementEntry } from '../../../common/pages/bank.js';
import type { TimeStyle } from '../../format/time.js';

/** Thirteen hours before UTC: the same day for the shorter part of each. */
const ZONE = 'Pacific/Auckland';

const entry = (seq: number, time: string): StatementEntry => ({
  seq,
  timestamp: Date.parse(time) / 1000,
  amount: 1,
  note: 'note',
  balance: seq,
});
const entries = [
  entry(1, '2026-11-20T10:59:59Z'),
  entry(2, '2026-11-20T11:00:00Z'),
  entry(3, '2026-11-21T00:00:00Z'),
];

describe('the times of a statement, far from UTC', () => {
  let of: typeof import('./days.js') &
    typeof import('./chart-times.js') &
    typeof import('../../format/time.js');
  // Formats take the zone that there is when they are made.
  beforeAll(async () => {
    vi.stubEnv('TZ', ZONE);
    of = {
      ...(await import('./days.js')),
      ...(await import('./chart-times.js')),
      ...(await import('../../format/time.js')),
    };
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('stand below days of the same zone', () => {
    const rows = (style: TimeStyle) =>
      of
        .dayRows(entries, {}, style)
        .map((row) => (row.kind === 'day' ? [row.day, of.formatDay(row.at, style)] : row.entry.seq));
    const friday = ['2026-11-20', expect.stringContaining('20 November 2026')];
    const saturday = ['2026-11-21', expect.stringContaining('21 November 2026')];
    expect(rows('utc')).toEqual([saturday, 3, friday, 2, 1]);
    expect(rows('local')).toEqual([saturday, 3, 2, friday, 1]);
    expect(rows('relative')).toEqual(rows('local'));
  });

  it('are the same on the chart', () => {
    const time = entries[1]!.timestamp as UTCTimestamp;
    const texts = (style: TimeStyle) => {
      const { localization, timeScale } = of.chartTimes(style);
      const marks = [TickMarkType.Year, TickMarkType.Month, TickMarkType.DayOfMonth, TickMarkType.Time];
      return [
        localization.timeFormatter(time),
        ...marks.map((mark) => timeScale.tickMarkFormatter(time, mark)),
      ];
    };
    expect(texts('utc')).toEqual(['20 Nov 2026, 11:00 UTC', '2026', '20 Nov', '20', '11:00']);
    expect(texts('local')).toEqual(['21 Nov 2026, 00:00', '2026', '21 Nov', '21', '00:00']);
    expect(texts('relative')).toEqual(texts('local'));
  });
});
