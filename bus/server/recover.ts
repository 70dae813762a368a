import type { Clock } from '../../common/clock.js';
import type { Logger } from '../../common/log.js';
import type { CoreOptions } from '../core/types.js';
import type { EventStore, Recovered } from '../store/event-store.js';

/** What the bus takes up where the log ends. */
export interface Recovery {
  readonly recovered: Recovered;
  readonly debts: CoreOptions['debts'];
  /** Makes the record of an incarnation durable. */
  readonly begin: (incarnation: number) => Promise<void>;
}

/** A line in the log each time this much more of the indexes has been rebuilt. */
const PROGRESS_STEP = 0.1;

/**
 * Opens the store, counts what is owed, and records that the bus has started.
 * @throws StoreError; the store is closed then
 */
export async function recover(store: EventStore, clock: Clock, log: Logger): Promise<Recovery> {
  let reported = 0;
  const recovered = await store.open((share, what) => {
    if (share < reported) return;
    reported = share + PROGRESS_STEP;
    log.info('%s: %d %', what, Math.floor(share * 100));
  });
  const begin = (incarnation: number): Promise<void> =>
    store.append([{ kind: 'started', incarnation, time: Math.max(clock.now(), recovered.lastTime) }]);
  try {
    const debts: Record<string, Awaited<ReturnType<EventStore['debt']>>> = {};
    for (const { clientType } of recovered.subscriptions) debts[clientType] = await store.debt(clientType);
    await begin(recovered.incarnation + 1);
    return { recovered, debts, begin };
  } catch (error) {
    await store.close();
    throw error;
  }
}
