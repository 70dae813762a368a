/**
 * A point of the log, chosen by sliding, by its position, or by a time; told with its time. The address changes when the hand
 * lets go, not on the way: behind each point stands a process that builds a state.
 */
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { useServices } from '../../app/services.js';
import { Field } from '../../components/field.js';
import { Instant } from '../parts/instant.js';
import { eventRead } from '../reads.js';
import { positionAt } from './reads.js';
import styles from './time.module.css';

interface PointSliderProps {
  label: string;
  /** the newest position */
  head: number;
  at: number;
  onChoose: (at: number) => void;
}

export function PointSlider({ label, head, at, onChoose }: PointSliderProps) {
  const id = useId();
  const [held, setHeld] = useState(at);
  useEffect(() => setHeld(at), [at]);
  const letGo = () => {
    if (held !== at) onChoose(held);
  };
  return (
    <fieldset className={styles.point}>
      <legend>{label}</legend>
      <div className={styles.slider}>
        <label htmlFor={id} className="visually-hidden">
          {label}
        </label>
        <input
          id={id}
          type="range"
          min={0}
          max={head}
          value={held}
          onChange={(event) => setHeld(Number(event.target.value))}
          onPointerUp={letGo}
          onKeyUp={letGo}
          onBlur={letGo}
        />
        <output htmlFor={id}>
          {held === 0
            ? 'Before everything'
            : `After event ${held.toLocaleString('en-GB')} of ${head.toLocaleString('en-GB')}`}
          {held === at && held > 0 && <WhenWas position={String(at)} />}
        </output>
      </div>
      <ByPosition label={label} head={head} at={at} onChoose={onChoose} />
      <ByTime label={label} onChoose={onChoose} />
    </fieldset>
  );
}

function WhenWas({ position }: { position: string }) {
  const { api } = useServices();
  const event = useQuery(eventRead(api, position));
  return (
    event.data && (
      <span className={styles.soft}>
        {' · '}
        <Instant time={event.data.time} />
      </span>
    )
  );
}

function ByPosition({ label, head, at, onChoose }: PointSliderProps) {
  const [typed, setTyped] = useState<string>();
  const point = Number(typed);
  const fits = typed === undefined || (/^\d{1,15}$/.test(typed) && point <= head);
  const choose = () => {
    if (typed === undefined || !fits) return;
    setTyped(undefined);
    if (point !== at) onChoose(point);
  };
  return (
    <Typed onDone={choose}>
      <Field
        label="Position"
        name={`${label} position`}
        inputMode="numeric"
        figures
        value={typed ?? String(at)}
        onChange={setTyped}
        error={fits ? undefined : `From 0 to ${head.toLocaleString('en-GB')}.`}
      />
    </Typed>
  );
}

function ByTime({ label, onChoose }: Pick<PointSliderProps, 'label' | 'onChoose'>) {
  const { api, toasts } = useServices();
  const [typed, setTyped] = useState('');
  const choose = () => {
    const time = Date.parse(typed);
    if (Number.isNaN(time)) return;
    setTyped('');
    positionAt(api, time).then(onChoose, ({ message }: Error) =>
      toasts.show(`The time could not be found. ${message}`),
    );
  };
  return (
    <Typed onDone={choose}>
      <Field
        label="Go to a time"
        name={`${label} time`}
        type="datetime-local"
        value={typed}
        onChange={setTyped}
      />
    </Typed>
  );
}

/** Done with Enter, or by leaving. */
function Typed({ onDone, children }: { onDone: () => void; children: ReactNode }) {
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter') onDone();
  };
  return (
    // The field inside is what has the focus; only its Enter and its leaving are heard here.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div onKeyDown={pressed} onBlur={onDone}>
      {children}
    </div>
  );
}
