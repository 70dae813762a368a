/** The time of an event to the millisecond: in a trace, seconds are not enough. */
import { systemClock } from '../../../common/clock.js';
import { Age } from '../../components/time.js';
import { formatMillis } from '../../format/time.js';
import { timeStyle } from '../../platform/preferences.js';
import { useStore } from '../../platform/use-store.js';

/** `time`: RFC 3339. */
export function Instant({ time }: { time: string }) {
  const style = useStore(timeStyle);
  const at = Date.parse(time);
  return (
    <time dateTime={time} title={time}>
      {style === 'relative' ? <Age at={at} /> : formatMillis(at, style, systemClock.now())}
    </time>
  );
}
