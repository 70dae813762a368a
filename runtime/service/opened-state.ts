import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../common/clock.js';
import type { Logger } from '../../common/log.js';
import { openState } from '../state/registry.js';
import { type StateStore, StateStoreError } from '../state/state-store.js';
import { StartError } from './start-error.js';

/** Between two attempts to reach a server. */
const RETRY_MS = 500;

/**
 * Opens the state store. A server that is not there yet is waited for, as the bus is: whoever starts both need not know their order.
 * What no waiting mends, such as a folder that cannot be written, ends the start.
 * @param clock by which times to live end
 * @throws StartError
 */
export async function openedState(
  spec: string,
  clientType: string,
  log: Logger,
  clock: Clock = systemClock,
): Promise<StateStore> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openState(spec, clientType, log, clock);
    } catch (cause) {
      // The spec itself may hold a password.
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (!isServer(spec) || !(cause instanceof StateStoreError) || cause.code !== 'unavailable')
        throw new StartError(`Cannot open the state store: ${reason}`, { cause });
      log[attempt === 1 ? 'warn' : 'debug']({ reason }, 'waiting for the state store');
      await sleep(RETRY_MS);
    }
  }
}

function isServer(spec: string): boolean {
  return /^rediss?:/.test(spec);
}
