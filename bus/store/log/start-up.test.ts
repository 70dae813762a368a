import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Records } from '../testing/samples.js';
import { LogStore } from './log-store.js';
import { segmentPath } from './segments.js';
import { checkTail } from './tail.js';
import { TemporaryLog } from './testing/temporary-log.js';
import { verify } from './verify.js';

describe('starting on a log that something has happened to', () => {
  let log: TemporaryLog;
  let path: string;
  let make: Records;

  beforeEach(async () => {
    log = await TemporaryLog.create();
    path = segmentPath(log.directory, 1);
    make = new Records();
    await log.write(make.batches(5, { owedTo: ['loyalty'] }).map((batch) => [batch]));
  });

  afterEach(() => log.remove());

  const index = (): string => join(log.directory, 'index');

  it('cuts a torn tail, says so, and goes on from there', async () => {
    const whole = readFileSync(path);
    cpSync(index(), `${index()}.before`, { recursive: true });
    await log.write([[make.batch({ data: '"cut off"' })]]);
    rmSync(index(), { recursive: true });
    cpSync(`${index()}.before`, index(), { recursive: true });
    rmSync(`${index()}.before`, { recursive: true });
    truncateSync(path, whole.length + 30);
    const store = await log.open();
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(log.notices.filter((notice) => /unfinished block .* cut off/.test(notice))).toHaveLength(1);
    await store.append([{ kind: 'batch', sender: '', events: [{ ...make.event(), position: 6, value: 5 }] }]);
    await store.close();
    expect(await verify(log.directory)).toMatchObject({ events: 6, blocks: 6, unfinishedBytes: 0 });
  });

  it('refuses a log that ends before its indexes do, and leaves it as it is', async () => {
    const { offset } = log.blocks().at(-1)!;
    for (const size of [offset, offset + 30]) {
      truncateSync(path, size);
      await expect(log.open()).rejects.toThrow(/acknowledged history is gone/);
      await expect(log.open()).rejects.toMatchObject({ code: 'damaged' });
      expect(readFileSync(path)).toHaveLength(size);
    }
  });

  it('accepts what is left when the indexes are removed, as the message says', async () => {
    truncateSync(path, log.blocks().at(-1)!.offset);
    const advice = await log.open().catch((error: Error) => error.message);
    expect(advice).toContain(`remove ${index()}`);
    await log.removeIndex();
    const store = await log.open();
    expect(await store.debt('loyalty')).toEqual({ count: 4, lowest: 1 });
  });

  it('refuses a log whose indexed blocks were replaced by others that add up', async () => {
    const { offset } = log.blocks().at(-1)!;
    cpSync(index(), `${index()}.before`, { recursive: true });
    truncateSync(path, offset);
    await log.removeIndex();
    await log.write([[{ kind: 'batch', sender: '', events: [{ ...make.event(), position: 5, value: 4 }] }]]);
    rmSync(index(), { recursive: true });
    cpSync(`${index()}.before`, index(), { recursive: true });
    await expect(log.open()).rejects.toThrow(/acknowledged history has changed/);
  });

  it('refuses to begin anew where only the indexes of a log are left', async () => {
    rmSync(path);
    await expect(log.open()).rejects.toThrow(/the log .* is gone/);
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['were removed', () => rmSync(index(), { recursive: true })],
    ['are not known to LMDB', () => writeFileSync(join(index(), 'data.mdb'), Buffer.alloc(8192, 'x'))],
    ['are empty', () => writeFileSync(join(index(), 'data.mdb'), '')],
  ])('builds the indexes anew if they %s, and shows how far it is', async (_, harm) => {
    harm();
    const shares: number[] = [];
    const store = new LogStore(log.directory, { indexer: 'inline' });
    await store.open((share) => shares.push(share));
    expect(await store.debt('loyalty')).toEqual({ count: 5, lowest: 1 });
    expect((await store.read({ limit: 10, key: 'acc-1' })).events).toHaveLength(5);
    await store.close();
    expect(shares[0]).toBe(0);
    expect(await verify(log.directory)).toMatchObject({ indexedPosition: 5 });
  });

  it('builds the indexes anew if they are of another log', async () => {
    const other = await TemporaryLog.create();
    await other.write([[new Records().batch({ key: 'other' })]]);
    rmSync(index(), { recursive: true });
    cpSync(join(other.directory, 'index'), index(), { recursive: true });
    await other.remove();
    const store = await log.open();
    expect(log.notices).toContain('the indexes are rebuilt');
    expect(store.keyState('other')).toBeUndefined();
    expect(store.keyState('acc-1')?.head).toBe(4);
  });

  it('brings indexes that are behind up to date', async () => {
    cpSync(index(), `${index()}.before`, { recursive: true });
    await log.write(make.batches(5).map((batch) => [batch]));
    rmSync(index(), { recursive: true });
    cpSync(`${index()}.before`, index(), { recursive: true });
    rmSync(`${index()}.before`, { recursive: true });
    const store = await log.open();
    expect(log.notices).toEqual([]);
    expect(store.keyState('acc-1')?.head).toBe(9);
    await store.close();
    expect(await verify(log.directory)).toMatchObject({ indexedPosition: 10 });
  });

  it('never hands out an event of a block that has changed while the bus runs', async () => {
    const store = await log.open();
    const { offset } = log.blocks()[2]!;
    const changed = readFileSync(path);
    changed[offset + 60]! ^= 1;
    writeFileSync(path, changed);
    await expect(store.read({ limit: 10 })).rejects.toMatchObject({ code: 'damaged' });
    expect((await store.read({ limit: 1, after: 3 })).events).toHaveLength(1);
  });

  it('refuses a log that another store has open, and names the process', async () => {
    const store = await log.open();
    await expect(log.open()).rejects.toMatchObject({
      code: 'in_use',
      message: `the log in ${log.directory} is in use by process ${process.pid}`,
    });
    await store.close();
  });

  it('releases the directory when it cannot start', async () => {
    const whole = readFileSync(path);
    truncateSync(path, 200);
    await expect(log.open()).rejects.toThrow();
    writeFileSync(path, whole);
    const store = await log.open();
    expect(checkTail(log.directory)?.end.position).toBe(5);
    await store.close();
  });
});
