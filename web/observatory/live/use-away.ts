/** Whether somebody reads further down: then the list must not move under their eyes. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { Tail } from './tail.js';

/** Pixels from the top of the page beyond which somebody reads. */
const AWAY_PX = 400;

/** `away`: the tail as it was when they left the top, while they are away. */
export function useAway(now: Tail | undefined): { away: Tail | undefined; top(): void } {
  const [away, setAway] = useState<Tail>();
  const look = useEffectEvent(() => {
    if (window.scrollY <= AWAY_PX) setAway(undefined);
    else setAway((held) => held ?? now);
  });
  useEffect(() => {
    const scrolled = () => look();
    window.addEventListener('scroll', scrolled, { passive: true });
    return () => window.removeEventListener('scroll', scrolled);
  }, []);
  return {
    away,
    top() {
      window.scrollTo({ top: 0 });
      setAway(undefined);
    },
  };
}
