/** An instant as the person wants it (local, UTC, or how long ago); the exact one in the tooltip and for programs. */
import { formatAge, formatClock, formatTime } from '../format/time.js';
import { timeStyle } from '../platform/preferences.js';
import { seconds } from '../platform/ticker.js';
import { useStore } from '../platform/use-store.js';

interface TimeProps {
  /** Unix milliseconds */
  at: number;
  /** only the time of day, where the day stands above */
  clock?: boolean;
}

export function Time({ at, clock = false }: TimeProps) {
  const style = useStore(timeStyle);
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {style === 'relative' ? <Age at={at} /> : clock ? formatClock(at, style) : formatTime(at, style, at)}
    </time>
  );
}

/** How long ago, counting on. */
export function Age({ at }: { at: number }) {
  const now = useStore(seconds);
  return <>{formatAge(Math.min(at, now), now)}</>;
}
