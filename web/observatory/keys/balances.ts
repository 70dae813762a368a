/** An account's balance after each of its events, added up here; the accounts service itself says it in each step's state. Pure. */
import type { BusEvent } from '../../../common/pages/operator.js';

const CHANGES: Readonly<Record<string, 1 | -1>> = { ConfirmedCredit: 1, ConfirmedDebit: -1 };

/**
 * In minor units, by position; undefined for a key that is no account. `events`: of one key, from its first, in order. From an
 * event on whose amount cannot be read, no balance is known.
 */
export function balancesOf(
  key: string,
  events: readonly BusEvent[],
): ReadonlyMap<string, number> | undefined {
  if (!/^acc-\d+$/.test(key) || events[0]?.consistency.value !== 0) return undefined;
  const balances = new Map<string, number>();
  let balance = 0;
  for (const event of events) {
    const change = CHANGES[event.event_type] ?? 0;
    const amount = change === 0 ? 0 : amountOf(event);
    if (amount === undefined) break;
    balance += change * amount;
    balances.set(event.position, balance);
  }
  return balances;
}

function amountOf({ data }: BusEvent): number | undefined {
  const amount = typeof data === 'object' && data !== null && !Array.isArray(data) ? data.amount : undefined;
  return typeof amount === 'number' ? amount : undefined;
}
