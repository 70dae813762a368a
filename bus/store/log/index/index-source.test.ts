import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Records } from '../../testing/samples.js';
import { TemporaryLog } from '../testing/temporary-log.js';

const LOOKS = 200;

let log: TemporaryLog;
beforeEach(async () => {
  log = await TemporaryLog.create();
});
afterEach(() => log.remove());

it('what was acknowledged is found in every turn, also where the indexes have advanced since the last look', async () => {
  const store = await log.open({ indexIntervalMs: 1 });
  const make = new Records();
  for (let value = 0; value < LOOKS; value += 1) {
    await store.append([make.batch({ key: 'k' })]);
    for (let look = 0; look < 10; look += 1) {
      expect(store.keyState('k')?.head).toBe(value);
      await nextTurn();
    }
  }
});
