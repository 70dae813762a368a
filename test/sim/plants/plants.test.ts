/**
 * What the simulation would find: each plant is a mistake in the product, and the seed beside it is the one that finds it. The same
 * seeds without a plant are among those of sim.test.ts, where every promise is kept.
 *
 * A change of the product makes other runs of the same seeds. What was found by one seed is then found by one near it, so the search
 * goes on for a while; `npm run sim -- --plant NAME --seeds 10000` tells the new one.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PLANTS, type PlantName } from './plants.js';

const root = join(import.meta.dirname, '../../..');
const GOES_ON = 300;
const TIMEOUT_MS = 300_000;

/** The seed that finds it, and the promise that it then sees broken. */
const FOUND: Readonly<Record<PlantName, readonly [seed: number, promise: RegExp]>> = {
  'receipt-before-flush': [1, /was promised and is not on the disk/],
  'value-consumed-on-failure': [1, /value \d+ follows/],
  'no-fencing': [1, /an answer of a fenced delivery was accepted|a debt .* ends that is none/],
  'redelivery-out-of-order': [2, /overtakes/],
  'newer-before-redelivered': [1, /overtakes/],
  'batch-accepted-in-part': [1, /judged .*, should be/],
  'batch-id-forgotten': [1, /was stored twice|got .*, and then/],
  'no-applied-mark': [1, /not the fold of what its mark covers/],
  'mark-in-another-commit': [1, /not the fold of what its mark covers/],
  'outbox-dropped-too-early': [1, /marked as handled, but neither answered nor in the outbox/],
  'checkpoint-ahead': [1, /the checkpoint \d+ stands above/],
  'seen-after-the-read': [308, /falls to -\d+/],
  'rebuild-returns-owed': [2, /marked as handled, but neither answered nor in the outbox/],
  'parked-does-not-hold-its-key': [3, /delivered while parked|delivered, but not owed|overtakes/],
  'entry-sent-under-another-id': [9, /is not one debit|is answered 2 times|not the fold/],
  'lost-state-not-noticed': [
    333,
    /not the fold of what its mark covers|are counted|the checkpoint \d+ stands above/,
  ],
  'acknowledged-on-a-lost-state': [
    1068,
    /does not come to an end|not the fold|effect is not here|neither answered/,
  ],
  'recalled-too-early': [1, /recalled, but the acknowledgement of \d+ is not on the disk/],
  'acknowledgement-lost-on-failure': [4, /recalled, but the acknowledgement of \d+ is not on the disk/],
};

/** In a process of its own: a plant changes the text of modules as they are loaded. */
async function sim(...args: readonly string[]): Promise<string> {
  const command = [join(root, 'deploy/run.mjs'), 'test/sim/main', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 26 });
  return stdout;
}

describe('a mistake that is planted', () => {
  const plants = Object.keys(PLANTS) as PlantName[];

  it.each(plants.map((plant) => [plant, ...FOUND[plant]] as const))(
    '%s is found by seed %i: %s',
    { timeout: TIMEOUT_MS },
    async (plant, seed, promise) => {
      const found = await sim('--plant', plant, '--seed', `${seed}`, '--seeds', `${GOES_ON}`, '--as-found');
      expect(found).toMatch(promise);
      expect(found).toContain(`with ${plant} breaks a promise`);
    },
  );
});
