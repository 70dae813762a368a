/** The state of the connection, in the header: mark and words. The words that count down are not read out each second. */
import { systemClock } from '../../common/clock.js';
import { Chip, type Tone } from '../components/chip.js';
import type { LiveStatus } from '../live/status.js';
import { seconds } from '../platform/ticker.js';
import { useStore } from '../platform/use-store.js';
import { useLiveStatus } from './services.js';

export function ConnectionState() {
  const status = useLiveStatus();
  if (status.state === 'idle') return null;
  const { tone, mark, text } = LOOKS[status.state];
  return (
    <div data-connection={status.state}>
      <span className="visually-hidden" role="status">
        Connection: {text}
      </span>
      <span aria-hidden="true">
        <Chip tone={tone} mark={mark}>
          <Words status={status} text={text} />
        </Chip>
      </span>
    </div>
  );
}

function Words({ status, text }: { status: LiveStatus; text: string }) {
  if (status.state === 'reconnecting') return <Countdown at={status.at} />;
  if (status.state === 'catching-up' && status.behind > 0) return `${text}, ${status.behind} behind`;
  return text;
}

function Countdown({ at }: { at: number }) {
  useStore(seconds);
  const left = Math.max(0, Math.ceil((at - systemClock.now()) / 1000));
  return left > 0 ? `Reconnecting in ${left} s` : 'Reconnecting …';
}

const LOOKS: Record<Exclude<LiveStatus['state'], 'idle'>, { tone: Tone; mark: string; text: string }> = {
  connecting: { tone: 'neutral', mark: '○', text: 'Connecting' },
  live: { tone: 'good', mark: '●', text: 'Live' },
  'catching-up': { tone: 'info', mark: '◔', text: 'Catching up' },
  reconnecting: { tone: 'warn', mark: '↻', text: 'Reconnecting' },
  offline: { tone: 'bad', mark: '⊘', text: 'Offline' },
  'signed-out': { tone: 'bad', mark: '⊗', text: 'Signed out' },
  unavailable: { tone: 'warn', mark: '!', text: 'A service is away' },
};
