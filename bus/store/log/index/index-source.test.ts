import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Records } from '../../testing/samples.js';
import { TemporaryLog } from '../testing/temporary-log.js';

const EVENTS = 100;
/** long enough for the indexes to take over from the overlay meanwhile */
const LOOKED_AT_MS = 8;

let log: TemporaryLog;
beforeEach(async () => {
  log = await TemporaryLog.create();
});
afterEach(() => log.remove());

it('what was acknowledged is found in every turn, also where the indexes have advanced since the last look', async () => {
  const store = await log.open({ indexer: 'worker', indexIntervalMs: 1 });
  const make = new Records();
  for (let value = 0; value < EVENTS; value += 1) {
    await store.append([make.batch({ key: 'k' })]);
    const until = performance.now() + LOOKED_AT_MS;
    while (performance.now() < until) {
      expect(store.keyState('k')?.head).toBe(value);
      await nextTurn();
    }
  }
});
