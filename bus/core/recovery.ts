import { parkRecovered } from './parking.js';
import { State } from './state.js';
import { normalized } from './subscriptions.js';
import type { CoreOptions, DurableReads, Recovered } from './types.js';

/**
 * The state with which the core goes on where the log ends. No debt is in memory: the first session that joins has them read,
 * from the lowest one on. Parked lanes are parked again.
 */
export function recover(recovered: Recovered, reads: DurableReads, options: CoreOptions): State {
  const state = new State(recovered, reads, options);
  for (const { clientType, eventTypes } of recovered.subscriptions)
    state.addClientType(clientType, normalized(eventTypes));
  for (const [name, { count, lowest }] of Object.entries(options.debts)) {
    const client = state.clientTypes.get(name);
    if (client === undefined || lowest === undefined) continue;
    client.owed = count;
    client.scanned = lowest - 1;
    client.newestOwed = recovered.lastPosition;
  }
  for (const record of [...recovered.parked].sort((a, b) => a.position - b.position)) {
    const client = state.clientTypes.get(record.clientType);
    if (client !== undefined) parkRecovered(client, record);
  }
  return state;
}
