/** Instants as text, in the three ways a person can choose. All take Unix milliseconds. */
export const TIME_STYLES = ['local', 'utc', 'relative'] as const;
export type TimeStyle = (typeof TIME_STYLES)[number];

const parts = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
} as const;
const local = new Intl.DateTimeFormat('en-GB', parts);
const utc = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC', timeZoneName: 'short' });
const localClock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const utcClock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});
const dayParts = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
const day = new Intl.DateTimeFormat('en-GB', dayParts);
const utcDay = new Intl.DateTimeFormat('en-GB', { ...dayParts, timeZone: 'UTC' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const utcShortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto', style: 'long' });

/** `21 Nov 2026, 12:05`, the same in UTC, or `3 minutes ago`. */
export function formatTime(ms: number, style: TimeStyle, now: number): string {
  if (style === 'relative') return formatAge(ms, now);
  return (style === 'utc' ? utc : local).format(ms);
}

/** `12:05:09` in the person's zone, or in UTC. */
export function formatClock(ms: number, style: TimeStyle = 'local'): string {
  return style === 'utc' ? `${utcClock.format(ms)} UTC` : localClock.format(ms);
}

const HALF_DAY_MS = 43_200_000;

/** `12:05:09.042`, as `formatClock`, to the millisecond; with the day before it (`20 Nov`) when that is not plain from `now`. */
export function formatMillis(ms: number, style: TimeStyle, now: number): string {
  const [clock, zone] = formatClock(ms, style).split(' ');
  const millis = String(new Date(ms).getUTCMilliseconds()).padStart(3, '0');
  const day = Math.abs(now - ms) > HALF_DAY_MS && (style === 'utc' ? utcShortDay : shortDay).format(ms);
  return [day, `${clock}.${millis}`, zone].filter(Boolean).join(' ');
}

/** `Saturday, 21 November 2026`, in the person's zone or in UTC. */
export function formatDay(ms: number, style: TimeStyle): string {
  return (style === 'utc' ? utcDay : day).format(ms);
}

/** `2026-11-21`, in the person's zone or in UTC. A date field holds the former. */
export function isoDay(ms: number, style: TimeStyle = 'local'): string {
  const date = new Date(ms);
  if (style === 'utc') return date.toISOString().slice(0, 10);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The last millisecond of a day of the person's zone, or nothing for what is no day. */
export function endOfDay(isoDate: string): number | undefined {
  const [, year, month, dayOfMonth] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(isoDate) ?? [];
  if (year === undefined) return undefined;
  const next = new Date(Number(year), Number(month) - 1, Number(dayOfMonth) + 1).getTime();
  return isoDay(next - 1) === isoDate ? next - 1 : undefined;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** `now`, `12 seconds ago`, `yesterday`. */
export function formatAge(ms: number, now: number): string {
  const past = ms - now;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(past) >= length) ?? ['second', 1000];
  return relative.format(Math.trunc(past / size), unit);
}
