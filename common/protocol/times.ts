import { rememberingLast } from '../remembering-last.js';

/**
 * The two texts for an instant on the wire. Instants are Unix milliseconds, between the years 0 and 9999. Events come in groups of one
 * instant; making its text anew for each would cost more than the rest of an event's frame.
 */

/** `Sat, 21 Nov 2026 09:51:00 +0000`: whole seconds, always UTC. */
export const rfc2822 = rememberingLast((time: number) =>
  new Date(time).toUTCString().replace('GMT', '+0000'),
);

/** `2026-11-21T09:51:00.000Z` */
export const rfc3339 = rememberingLast((time: number) => new Date(time).toISOString());

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/i;

/**
 * The instant of an RFC 3339 text; undefined if it is none, or names a day or an hour that does not exist. Digits below the
 * millisecond are cut. A leap second (`:60`) is not known.
 */
export const parseRfc3339 = rememberingLast((text: string): number | undefined => {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const millisecond = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offsetMinutes = offsetOf(match[8], Number(match[9] ?? 0), Number(match[10] ?? 0));
  if (hour > 23 || minute > 59 || second > 59 || offsetMinutes === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that does not exist rolls over into another month.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second, millisecond) - offsetMinutes * 60_000;
});

function offsetOf(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}
