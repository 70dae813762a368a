import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { stateStoreContract } from '../contract.js';
import { LmdbStore } from './lmdb-store.js';

stateStoreContract('The embedded store', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'state-'));
  let now = 1_000_000;
  return {
    open: async (clientType) => {
      const store = new LmdbStore(directory, clientType, { now: () => now });
      await store.open();
      return store;
    },
    pass: async (ms) => {
      now += ms;
    },
    dispose: async () => rmSync(directory, { recursive: true }),
  };
});

describe('The embedded store', () => {
  it('leaves nothing in its file of what was removed, replaced or has ended', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'state-'));
    let now = 1_000_000;
    const store = new LmdbStore(directory, 'accounts', { now: () => now });
    const brief = (key: string, ttlMs: number) =>
      store.commit({ expect: [], writes: [{ op: 'set', space: 'answer', key, text: '1', ttlMs }] });
    const push = { op: 'push', key: 'list', texts: ['1', '2', '3'] } as const;
    const set = { op: 'set', space: 'data', key: 'list', text: '1' } as const;
    await store.commit({ expect: [], writes: [push] });
    await store.commit({ expect: [], writes: [set, { op: 'del', space: 'data', key: 'list' }, push] });
    await store.commit({ expect: [], writes: [{ op: 'del', space: 'data', key: 'list' }] });
    for (let n = 0; n < 50; n += 1) {
      now += 10;
      await brief(`k${n}`, 100);
      await brief('extended', 100);
    }
    await brief('extended', 1_000_000);
    now += 1000;
    for (let n = 0; n < 20; n += 1) await brief('last', 1_000_000);
    expect(store.get('answer', 'extended')).toBe('1');
    await store.close();

    const file = open({
      path: join(directory, 'accounts'),
      noSubdir: false,
      encoding: 'string',
      keyEncoding: 'binary',
    });
    const keys = [...file.getKeys()].map((key) => String(key).replace(/^x.{8}/s, 'x:'));
    await file.close();
    rmSync(directory, { recursive: true });
    expect(keys).toEqual(['aextended', 'alast', 'x:aextended', 'x:alast']);
  });

  it('shows what others have committed from the next callback of the event loop on, and its own commits at once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'state-'));
    const [mine, other] = [new LmdbStore(directory, 'accounts'), new LmdbStore(directory, 'accounts')];
    const write = (text: string) =>
      other.commit({ expect: [], writes: [{ op: 'set', space: 'data', key: 'k', text }] });
    for (let n = 1; n <= 50; n += 1) {
      await write(`${n}`);
      expect(mine.get('data', 'k')).toBe(`${n}`);
    }
    const cleared = mine.clear();
    expect(mine.get('data', 'k')).toBeUndefined();
    await cleared;
    await mine.close();
    await other.close();
    rmSync(directory, { recursive: true });
  });
});
