import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../common/random.js';
import { Records } from '../../testing/samples.js';
import { TemporaryLog } from '../testing/temporary-log.js';
import { verify } from '../verify.js';
import { indexPath, openIndex } from './database.js';
import { newestSnapshot, pagesOf } from './pages.js';
import { flawOfSealed, restoreSealed, Sealer } from './seal.js';

const FILES = ['data.mdb', 'seal', 'sums'];
/** kind, magic, bytes of a page, roots, last page and transaction, in both meta pages */
const META_FIELDS = [18, 24, 48, 88, 136, 144, 152].flatMap((at) => [at, 4096 + at]);

function reachablePages(path: string): number[] {
  const file = openSync(path, 'r');
  const pages = [...pagesOf(file, newestSnapshot(file), 0)].map(({ number }) => number);
  closeSync(file);
  return pages;
}

function copyIndex(from: string, to: string): void {
  rmSync(indexPath(to), { recursive: true, force: true });
  mkdirSync(indexPath(to), { recursive: true });
  for (const file of FILES) copyFileSync(join(indexPath(from), file), join(indexPath(to), file));
}

describe('sealed indexes', () => {
  let log: TemporaryLog;
  let crashed: TemporaryLog;

  beforeEach(async () => {
    [log, crashed] = [await TemporaryLog.create(), await TemporaryLog.create()];
  });
  afterEach(async () => {
    await log.remove();
    await crashed.remove();
  });

  it('come back after a crash as they were sealed, whatever was written since', async () => {
    const index = openIndex(log.directory);
    const write = (round: number): void =>
      index.env.transactionSync(() => {
        for (let n = 0; n < 500; n += 1)
          index.keys.put(`key-${(n * 37) % 900}`, [round, ['T'.repeat(n % 70), n]]);
        // a value of several pages
        index.postings.put(['key', 'long', round], Buffer.alloc(20_000, round));
      });
    write(1);
    const sealer = new Sealer(log.directory, index);
    for (let round = 2; round <= 12; round += 1) {
      write(round);
      copyIndex(log.directory, crashed.directory);
      expect(flawOfSealed(crashed.directory)).toBeUndefined();
    }
    expect(restoreSealed(crashed.directory)).toBeUndefined();
    const restored = openIndex(crashed.directory);
    expect([...restored.keys.getRange()].every(({ value }) => value[0] === 1)).toBe(true);
    expect([...restored.postings.getKeys()]).toHaveLength(1);
    await restored.env.close();

    sealer.close();
    await index.env.close();
    expect(restoreSealed(log.directory)).toBeUndefined();
    const reopened = openIndex(log.directory);
    expect(reopened.keys.get('key-37')?.[0]).toBe(12);
    await reopened.env.close();
  });

  it('are sealed again and again, each time only with what is new, and hold all the same', async () => {
    const index = openIndex(log.directory);
    const random = seededRandom(7);
    for (let round = 0; round < 20; round += 1) {
      index.env.transactionSync(() => {
        for (let n = 0; n < 100; n += 1) {
          const key = `key-${random.int(2000)}`;
          if (random.int(4) === 0) index.keys.remove(key);
          else index.keys.put(key, [round, ['T'.repeat(random.int(200)), n]]);
        }
      });
      new Sealer(log.directory, index).close();
      copyIndex(log.directory, crashed.directory);
      expect(flawOfSealed(crashed.directory)).toBeUndefined();
    }
    await index.env.close();
  });

  it.each(FILES)(
    'are built anew when a byte of %s has changed, wherever it matters; never a wrong answer',
    async (name) => {
      const make = new Records();
      await log.write(
        make.batches(60, { owedTo: ['loyalty'] }).map((batch, n) => [{ ...batch, batchId: `batch-${n}` }]),
      );
      const report = await verify(log.directory);
      const path = join(indexPath(log.directory), name);
      const whole = readFileSync(path);
      copyIndex(log.directory, crashed.directory);
      const random = seededRandom(name.length);
      let rebuilt = 0;
      const pages = reachablePages(path.replace(name, 'data.mdb'));
      const places =
        name === 'seal'
          ? [...whole.keys()].filter((at) => at % 8 === 0)
          : pages.flatMap((page) => {
              const at = page * (name === 'sums' ? 8 : 4096);
              return name === 'sums' ? [at + random.int(8)] : [at + random.int(24), at + random.int(4096)];
            });
      if (name === 'data.mdb') places.push(...META_FIELDS);
      for (const at of places) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 << random.int(8);
        copyIndex(crashed.directory, log.directory);
        writeFileSync(path, changed);
        log.notices.length = 0;
        const store = await log.open();
        rebuilt += log.notices.includes('the indexes are rebuilt') ? 1 : 0;
        expect(store.keyState('acc-1')?.head, `byte ${at}`).toBe(59);
        expect(store.batch('accounts', 'batch-17')).toHaveLength(1);
        expect(await store.debt('loyalty')).toEqual({ count: 60, lowest: 1 });
        await store.close();
        expect(await verify(log.directory), `byte ${at}`).toEqual(report);
      }
      // what the meta pages say is put back from the seal
      expect(rebuilt).toBe(places.length - (name === 'data.mdb' ? META_FIELDS.length : 0));
    },
  );

  it.each(FILES)('are built anew when %s is cut', async (name) => {
    await log.write(new Records().batches(30).map((batch) => [batch]));
    const path = join(indexPath(log.directory), name);
    for (const part of [0, 0.3, 0.9]) {
      truncateSync(path, Math.floor(readFileSync(path).length * part));
      const store = await log.open();
      expect(log.notices).toContain('the indexes are rebuilt');
      expect(store.keyState('acc-1')?.head).toBe(29);
      await store.close();
      log.notices.length = 0;
    }
  });

  it('are named by verify when they are damaged, with what to do', async () => {
    await log.write(new Records().batches(5).map((batch) => [batch]));
    const path = join(indexPath(log.directory), 'sums');
    const sums = readFileSync(path);
    writeFileSync(
      path,
      sums.map((byte) => byte ^ 255),
    );
    await expect(verify(log.directory)).rejects.toThrow(
      /the indexes are damaged: page \d+ .* remove .*index/,
    );
  });
});
