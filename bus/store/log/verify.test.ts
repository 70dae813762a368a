import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../common/random.js';
import { RandomLog } from '../testing/random-log.js';
import { Records } from '../testing/samples.js';
import { type IndexDatabase, openIndex } from './index/database.js';
import { segmentPath } from './segments.js';
import { checkTail } from './tail.js';
import { TemporaryLog } from './testing/temporary-log.js';
import { verify } from './verify.js';

describe('verify', () => {
  let log: TemporaryLog;

  beforeEach(async () => {
    log = await TemporaryLog.create();
    const chance = new RandomLog(seededRandom(7));
    await log.write(
      Array.from({ length: 60 }, () => chance.group()),
      { segmentBytesMax: 4000 },
    );
  });

  afterEach(() => log.remove());

  it('reports what it found in order', async () => {
    const { end, logId } = checkTail(log.directory)!;
    expect(await verify(log.directory)).toMatchObject({
      logId,
      segments: end.segment,
      blocks: 60,
      events: end.position,
      hash: end.hash,
      unfinishedBytes: 0,
      indexedPosition: end.position,
    });
  });

  it('works beside a running store, up to what the indexes have reached and beyond', async () => {
    const store = await log.open({ indexIntervalMs: 60_000 });
    const before = await verify(log.directory);
    const make = new Records(before.events);
    await store.append([make.batch({ key: 'new', time: Date.UTC(2027, 0, 1) })]);
    expect(await verify(log.directory)).toMatchObject({
      events: before.events + 1,
      indexedPosition: before.events,
    });
  });

  it('does without indexes', async () => {
    await log.removeIndex();
    expect((await verify(log.directory)).indexedPosition).toBeUndefined();
  });

  it('finds a changed bit in every segment, also in those that a start does not read', async () => {
    const { segment } = checkTail(log.directory)!.end;
    for (let number = 1; number <= segment; number += 1) {
      const path = segmentPath(log.directory, number);
      const whole = readFileSync(path);
      for (let at = 3; at < whole.length; at += 211) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 0x20;
        writeFileSync(path, changed);
        await expect(verify(log.directory), `byte ${at} of segment ${number}`).rejects.toMatchObject({
          code: 'damaged',
        });
      }
      writeFileSync(path, whole);
    }
    await verify(log.directory);
  });

  it.each<[string, RegExp, (index: IndexDatabase) => unknown]>([
    ['a debt is missing', /debts/, (index) => index.owed.removeSync([...index.owed.getKeys()][0]!)],
    ['a debt too many is counted', /debts/, (index) => index.counts.putSync(['owed', 'users'], 999)],
    ['a head is wrong', /states of keys/, (index) => index.keys.putSync('acc-1', [99, []])],
    ['a key is missing', /states of keys/, (index) => index.keys.removeSync('acc-1')],
    [
      'positions are missing',
      /positions by/,
      (index) => index.postings.removeSync([...index.postings.getKeys()][3]!),
    ],
    [
      'a batch id points elsewhere',
      /batch ids/,
      (index) => index.batches.putSync([...index.batches.getKeys()][0]!, [1, 9]),
    ],
    [
      'a block is not found',
      /places of blocks/,
      (index) => index.blocks.removeSync([...index.blocks.getKeys()][2]!),
    ],
    [
      'a total is wrong',
      /events per type/,
      (index) => index.counts.putSync(['type', 'Deposited'], 1_000_000),
    ],
    [
      'a subscription is missing',
      /subscriptions/,
      (index) => index.subscriptions.removeSync([...index.subscriptions.getKeys()][0]!),
    ],
    ['a skip is missing', /skipped/, (index) => index.skips.removeSync(1)],
  ])('finds out when in the indexes %s', async (_, message, harm) => {
    const index = openIndex(log.directory);
    harm(index);
    await index.env.close();
    await expect(verify(log.directory)).rejects.toThrow(message);
    await expect(verify(log.directory)).rejects.toThrow(/the indexes do not agree with the log/);
  });

  it('finds a gap in the values of a key, and time that runs backwards', async () => {
    const make = new Records();
    const harmed: [RegExp, object][] = [
      [/value 7 of key 'acc-1' should be 1/, { value: 7 }],
      [/time runs backwards/, { time: 1 }],
    ];
    for (const [message, given] of harmed) {
      const other = await TemporaryLog.create();
      const first = new Records();
      await other.write([[first.batch({})], [first.batch(given)]]);
      await expect(verify(other.directory)).rejects.toThrow(message);
      await other.remove();
    }
    expect(make.position).toBe(0);
  });

  it('says when there is no log', async () => {
    rmSync(segmentPath(log.directory, 1));
    const empty = await TemporaryLog.create();
    await expect(verify(empty.directory)).rejects.toThrow(/there is no log/);
    await empty.remove();
  });
});
