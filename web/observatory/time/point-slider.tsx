/** A point of the log, chosen by its position; told with its time. The address changes when the hand lets go, not on the way. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { useServices } from '../../app/services.js';
import { Instant } from '../parts/instant.js';
import { eventRead } from '../reads.js';
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
    <div className={styles.point}>
      <label htmlFor={id}>{label}</label>
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
        {held === 0 ? 'before everything' : `position ${held.toLocaleString('en-GB')}`}
        {held === at && held > 0 && <WhenWas position={String(at)} />}
      </output>
    </div>
  );
}

function WhenWas({ position }: { position: string }) {
  const { api } = useServices();
  const event = useQuery(eventRead(api, position));
  return (
    event.data && (
      <>
        {' · '}
        <Instant time={event.data.time} />
      </>
    )
  );
}
