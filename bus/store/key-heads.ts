import type { StoredEvent } from '../../common/events.js';
import type { KeyState } from './event-store.js';

/** A key's state while it is being built. Types are held in a Map: a type may be called `__proto__`. */
export interface KeyHead {
  head: number;
  readonly lastOfType: Map<string, number>;
}

/** Raises the state of the event's key. */
export function raiseHead(heads: Map<string, KeyHead>, { key, type, value }: StoredEvent): void {
  const known = heads.get(key);
  if (known === undefined) {
    heads.set(key, { head: value, lastOfType: new Map([[type, value]]) });
  } else {
    known.head = value;
    known.lastOfType.set(type, value);
  }
}

export function keyStateOf({ head, lastOfType }: KeyHead): KeyState {
  return { head, lastOfType: Object.fromEntries(lastOfType) };
}

/** The state of a key from what an earlier and a later stretch of the log say of it. */
export function mergeKeyStates(
  earlier: KeyState | undefined,
  later: KeyState | undefined,
): KeyState | undefined {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  // an overlapping earlier stretch may know more of a type than the later one
  const lastOfType = new Map(Object.entries(earlier.lastOfType));
  for (const [type, value] of Object.entries(later.lastOfType))
    lastOfType.set(type, Math.max(value, lastOfType.get(type) ?? -1));
  return { head: Math.max(earlier.head, later.head), lastOfType: Object.fromEntries(lastOfType) };
}
