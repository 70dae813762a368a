/**
 * One step of a key, opened: what each service that shows its thing had after this event, and what that event has changed. Asked for
 * only when it is opened, and one step at a time: behind each point stands a process that builds a state.
 */
import { Link } from '@tanstack/react-router';
import { FourStates } from '../../components/four-states.js';
import { DataBlock } from '../parts/data.js';
import { Service } from '../parts/mentions.js';
import { type Asked, thingIn } from '../past.js';
import { Differences } from '../time/differences.js';
import { usePastPair } from '../use-past-pair.js';
import styles from './keys.module.css';

interface StepProps {
  owners: readonly Asked[];
  /** position of this event */
  at: number;
  /** that of the one before it in the key; 0 without one */
  before: number;
}

export function Step({ owners, ...points }: StepProps) {
  if (owners.length === 0)
    return (
      <p className={styles.step}>
        No service that is connected shows this thing at an address of its own. On the{' '}
        <Link to="/observatory/time">Time page</Link> any address can be asked.
      </p>
    );
  return owners.map((owner) => <StateAfter key={owner.service} owner={owner} {...points} />);
}

function StateAfter({ owner, at, before }: Omit<StepProps, 'owners'> & { owner: Asked }) {
  const { both } = usePastPair(owner, before, at);
  return (
    <div className={styles.step} data-state-after={at}>
      <p className={styles.asked}>
        <Service name={owner.service} /> <code>{owner.path}</code>
        <Link to="/observatory/time" search={{ ...owner, at: String(at), than: String(before) }}>
          See it on the Time page
        </Link>
      </p>
      <FourStates query={both} what="the state after this event" live={false} lines={2}>
        {([earlier, later]) => (
          <div className={styles.states}>
            <DataBlock data={later?.body ?? null} label={`${owner.service} after event ${at}`} />
            <Differences before={thingIn(earlier)} after={thingIn(later)} />
          </div>
        )}
      </FourStates>
    </div>
  );
}
