import type { Write } from '../../state/state-store.js';
import { StateLost } from './aborts.js';
import type { Lease } from './lease.js';
import { isLockKey } from './locks.js';
import type { StateAccess } from './state-access.js';

/** Keys removed per commit. */
const CHUNK = 500;

/**
 * Removes everything but `meta`, in small commits that each expect the lease. `StateStore.clear` would not do: it asks for no
 * condition, so a holder that was given up could wipe what its successor has built.
 */
export async function emptyState(state: StateAccess, lease: Lease): Promise<void> {
  for (const space of ['outbox', 'answer', 'mark'] as const) {
    for (;;) {
      const entries = await state.scan(space, undefined, CHUNK);
      if (entries.length === 0) break;
      await remove(
        state,
        lease,
        entries.map(([key]): Write => ({ op: 'del', space, key })),
      );
    }
  }
  await removeLocks(state, lease);
  const keys = await state.keys('*');
  for (let n = 0; n < keys.length; n += CHUNK)
    await remove(
      state,
      lease,
      keys.slice(n, n + CHUNK).map((key): Write => ({ op: 'del', space: 'data', key })),
    );
}

async function removeLocks(state: StateAccess, lease: Lease): Promise<void> {
  const meta = await state.scan('meta', undefined, Number.MAX_SAFE_INTEGER);
  const locks = meta.filter(([key]) => isLockKey(key));
  await remove(
    state,
    lease,
    locks.map(([key]): Write => ({ op: 'del', space: 'meta', key })),
  );
}

async function remove(state: StateAccess, lease: Lease, writes: readonly Write[]): Promise<void> {
  await lease.keep();
  const removed = await state.commitAsIs({ expect: [lease.expectation()], writes });
  if (!removed.ok) throw new StateLost('another instance has taken over the rebuild');
}
