import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOOT_FILE, THIS_BOOT } from './boot.js';
import { LmdbStore } from './lmdb-store.js';

let directory: string;
let state: string;
let now: number;
let stores: LmdbStore[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  state = join(directory, 'accounts');
  now = 1_000_000;
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  // Nothing half removed lies about.
  if (existsSync(directory))
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<LmdbStore> {
  const store = new LmdbStore(directory, 'accounts', { now: () => now });
  stores.push(store);
  await store.open();
  return store;
}

const set = (store: LmdbStore, key: string, text: string) =>
  store.commit({ expect: [], writes: [{ op: 'set', space: 'data', key, text }] });
const expecting = async (store: LmdbStore, text: string | undefined) =>
  (await store.commit({ expect: [{ space: 'meta', key: 'generation', text }], writes: [] })).ok;

describe('An embedded state that is deleted while it is used', () => {
  it.each([
    ['the directory of the state', () => rmSync(state, { recursive: true })],
    ['the directory of all states', () => rmSync(directory, { recursive: true })],
    ['the lock file', () => rmSync(join(state, 'lock.mdb'))],
    ['the data file', () => rmSync(join(state, 'data.mdb'))],
    ['all files, one by one', () => readdirSync(state).forEach((name) => void rmSync(join(state, name)))],
    ['everything, by moving it away', () => renameSync(state, `${state}-old`)],
  ])('is empty for the next commit of every instance, and works again: %s', async (_, remove) => {
    const [first, second] = [await open(), await open()];
    await first.commit({ expect: [], writes: [{ op: 'set', space: 'meta', key: 'generation', text: 'g1' }] });
    remove();
    expect(await expecting(second, 'g1')).toBe(false);
    expect(await expecting(first, 'g1')).toBe(false);
    await set(first, 'k', '1');
    expect(second.get('data', 'k')).toBe('1');
    expect(await second.increment('n', 1)).toBe(1);
    expect(await first.increment('n', 1)).toBe(2);
  });

  it('is noticed by reads within 200 ms', async () => {
    const store = await open();
    await set(store, 'k', '1');
    rmSync(state, { recursive: true });
    now += 200;
    expect(store.get('data', 'k')).toBeUndefined();
    expect(store.keys('*')).toEqual([]);
  });

  it('is noticed by an instance that only increments', async () => {
    const store = await open();
    await store.increment('n', 5);
    rmSync(state, { recursive: true });
    expect(await store.increment('n', 1)).toBe(1);
  });

  it('can be deleted again and again', async () => {
    const store = await open();
    for (let n = 0; n < 20; n += 1) {
      await set(store, 'k', String(n));
      expect(store.keys('*')).toEqual(['k']);
      rmSync(state, { recursive: true });
      expect(await store.increment('n', 1)).toBe(1);
      rmSync(state, { recursive: true });
    }
  });

  it('is unavailable, not broken, while its directory cannot be made', async () => {
    const store = await open();
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file in its place');
    const unavailable = expect.objectContaining({ name: 'StateStoreError', code: 'unavailable' });
    await expect(set(store, 'k', '1')).rejects.toThrow(unavailable);
    rmSync(directory);
    await set(store, 'k', '2');
    expect(store.get('data', 'k')).toBe('2');
  });
});

describe('An embedded state after the machine was started anew', () => {
  const boot = () => readFileSync(join(state, BOOT_FILE), 'utf8');

  it.skipIf(THIS_BOOT === undefined)(
    'is thrown away if it was not closed: pages may be missing',
    async () => {
      const store = await open();
      await set(store, 'k', '1');
      expect(boot()).toBe(THIS_BOOT);
      // As if this boot were another one.
      writeFileSync(join(state, BOOT_FILE), '0'.repeat(THIS_BOOT!.length));
      const later = await open();
      expect(later.get('data', 'k')).toBeUndefined();
      await set(later, 'k', '2');
      expect(boot()).toBe(THIS_BOOT);
    },
  );

  it.skipIf(THIS_BOOT === undefined)(
    'is kept if it was closed, and is unflushed again with the next commit of anybody',
    async () => {
      const [first, second] = [await open(), await open()];
      await set(first, 'k', '1');
      await first.close();
      expect(boot()).toMatch(/^flushed \S+$/);
      expect(second.get('data', 'k')).toBe('1');
      expect(boot()).toMatch(/^flushed \S+$/);
      await set(second, 'k', '2');
      expect(boot()).toBe(THIS_BOOT);
      await second.close();
      expect((await open()).get('data', 'k')).toBe('2');
    },
  );

  it('is opened from a copy that has the data file alone', async () => {
    const store = await open();
    await set(store, 'k', '1');
    await store.close();
    for (const name of readdirSync(state)) if (name !== 'data.mdb') rmSync(join(state, name));
    expect((await open()).get('data', 'k')).toBe('1');
  });
});
