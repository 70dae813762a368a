import type { Expectation, Write } from '../../state/state-store.js';
import type { Job } from './job.js';
import type { StateWatch } from './state-watch.js';

/**
 * Locks on script keys, in the space `meta` as `lock <key>` with the name of the outbox entry that holds it.
 *
 * A classic handler writes and sends; if the bus refuses what it sent, what it wrote is taken back. Until the bus has judged,
 * nobody may build on it: every commit expects that the keys it has read or writes are not locked. A lock is set in the commit
 * that writes the key and ends in the one that finishes the entry; between them its holder waits for nothing but the bus.
 */
const PREFIX = 'lock ';

export function lockOf(key: string) {
  return { space: 'meta', key: PREFIX + key } as const;
}

export function expectUnlocked(key: string): Expectation {
  return { ...lockOf(key), text: undefined };
}

export function lockWrite(key: string, entry: string): Write {
  return { op: 'set', ...lockOf(key), text: entry };
}

export function unlockWrite(key: string): Write {
  return { op: 'del', ...lockOf(key) };
}

/** After a commit that a lock has stopped: waits until it ends. Returns at once after any other conflict. */
export async function unlocked(conflict: Expectation, watch: StateWatch, job: Job): Promise<void> {
  if (lockedKey(conflict) === undefined) return;
  await watch.until({ ...conflict, enough: (text) => text === undefined }, job.left, job);
}

/** The script key whose lock this is. */
export function lockedKey({ space, key }: Expectation): string | undefined {
  return space === 'meta' && key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

export function isLockKey(metaKey: string): boolean {
  return metaKey.startsWith(PREFIX);
}
