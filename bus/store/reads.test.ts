import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/random.js';
import { foldRecord } from './fold.js';
import { Layer } from './layer.js';
import { Reads } from './reads.js';
import { expectAsModel } from './testing/expect-as-model.js';
import { RandomLog } from './testing/random-log.js';
import { eventsOf, Records } from './testing/samples.js';

describe('reads over a row of sources', () => {
  it.each([11, 12, 13, 14, 15, 16])(
    'are the same wherever the log is divided, and however much a later source repeats of the first (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const chance = new RandomLog(random);
      for (let n = 0; n < 60; n += 1) chance.group();
      const { records } = chance;
      for (let round = 0; round < 6; round += 1) {
        const first = random.int(records.length);
        const repeatedFrom = random.int(first + 1);
        const second = first + random.int(records.length - first);
        const layer = (from: number, to: number): Layer => {
          const made = new Layer(eventsOf(records.slice(0, from)).length);
          for (const record of records.slice(from, to)) foldRecord(record, made);
          return made;
        };
        // as the embedded store does: indexes up to `first`, then layers of which the oldest may begin before it
        const sources = [layer(0, first), layer(repeatedFrom, second), layer(second, records.length)];
        await expectAsModel(new Reads(() => sources), chance);
      }
    },
  );

  it('go on from a page over sources that have changed meanwhile', async () => {
    const chance = new RandomLog(seededRandom(3));
    for (let n = 0; n < 40; n += 1) chance.group();
    const whole = new Layer(0);
    for (const record of chance.records) foldRecord(record, whole);
    const half = new Layer(0);
    for (const record of chance.records.slice(0, 30)) foldRecord(record, half);
    let sources = [half];
    const reads = new Reads(() => sources);
    const first = await reads.read({ limit: 5 });
    sources = [whole];
    const second = await reads.read({ limit: 1000, after: first.next });
    expect([...first.events, ...second.events]).toEqual(eventsOf(chance.records));
  });

  it('let others run, however few of many events are wanted', async () => {
    const layer = new Layer(0);
    const records = new Records().batches(5000, { owedTo: ['away'] });
    for (const record of records) foldRecord(record, layer);
    const reads = new Reads(() => [layer]);
    let turns = 0;
    const turn = () => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const { events, end } = await reads.read({ limit: 1, notOwedTo: 'away' });
    clearImmediate(next);
    expect([events, end]).toEqual([[], true]);
    expect(turns).toBeGreaterThan(5);
  });
});
