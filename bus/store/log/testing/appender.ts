/**
 * A process that appends until it is killed: `node appender.js <directory>`. It prints a line `<position>` for each append that was
 * acknowledged, the last position of it.
 */

import { Records } from '../../testing/samples.js';
import { LogStore } from '../log-store.js';

const KEYS = 7;

const store = new LogStore(process.argv[2]!, {
  segmentBytesMax: 60_000,
  indexIntervalMs: 5,
  notice: (message) => process.stderr.write(`${message}\n`),
});
const { lastPosition, incarnation } = await store.open();
const make = new Records(lastPosition);
for (let n = 0; n < KEYS; n += 1) make.follow(`key-${n}`, store.keyState(`key-${n}`)?.head ?? -1);
await store.append([{ kind: 'started', incarnation: incarnation + 1, time: make.now }]);

for (;;) {
  const groups = Array.from({ length: 3 }, () => {
    const key = `key-${make.position % KEYS}`;
    const acknowledges = { clientType: 'loyalty', position: Math.max(1, make.position - 5) };
    const batch = make.batch({ key, owedTo: ['loyalty', 'users'] }, { key: 'key-0', owedTo: ['loyalty'] });
    return { ...batch, batchId: `batch-${make.position}`, acknowledges };
  });
  await Promise.all(
    groups.map(async (batch) => {
      await store.append([batch]);
      process.stdout.write(`${batch.events.at(-1)!.position}\n`);
    }),
  );
}
