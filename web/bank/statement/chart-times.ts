/** The times of the chart, in the zone of the table's. Where the table says how long ago, the chart is in the person's zone. */
import { TickMarkType, type Time, type UTCTimestamp } from 'lightweight-charts';
import { formatTime, type TimeStyle } from '../../format/time.js';

/** Where a month begins, its first point is marked: it need not be of its first day. */
const MARKS: Readonly<Record<TickMarkType, Intl.DateTimeFormatOptions>> = {
  [TickMarkType.Year]: { year: 'numeric' },
  [TickMarkType.Month]: { day: 'numeric', month: 'short' },
  [TickMarkType.DayOfMonth]: { day: 'numeric' },
  [TickMarkType.Time]: { hour: '2-digit', minute: '2-digit' },
  [TickMarkType.TimeWithSeconds]: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
};

/** Options of the chart: the library by itself writes UTC, whatever the zone. Its points are Unix seconds. */
export function chartTimes(style: TimeStyle) {
  const zone = style === 'utc' ? { timeZone: 'UTC' } : {};
  return {
    localization: {
      timeFormatter: (time: Time) => formatTime(msOf(time), style === 'utc' ? 'utc' : 'local', 0),
    },
    timeScale: {
      tickMarkFormatter: (time: Time, mark: TickMarkType) =>
        new Date(msOf(time)).toLocaleString('en-GB', { ...MARKS[mark], ...zone }),
    },
  };
}

function msOf(time: Time): number {
  return (time as UTCTimestamp) * 1000;
}
