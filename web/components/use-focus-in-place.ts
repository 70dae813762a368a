/** What takes the place of something that was pressed gets its focus. */
import { type RefObject, useEffect, useRef } from 'react';

/**
 * Once `state` has changed, the first element in `place` that fits has the focus. A field goes before buttons; of buttons the last, which
 * is the one that changes nothing.
 */
export function useFocusInPlace(place: RefObject<HTMLElement | null>, state: unknown): void {
  const before = useRef(state);
  useEffect(() => {
    if (before.current === state) return;
    before.current = state;
    place.current?.querySelector<HTMLElement>('input, button:last-of-type')?.focus();
  }, [state, place]);
}
