import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOOT_FILE } from './boot.js';
import { LmdbStore } from './lmdb-store.js';

const WORKER = join(import.meta.dirname, 'testing', 'worker.mjs');

/** As `rm -rf` does it: what is put there anew meanwhile may stay. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOTEMPTY' });
  }
}

describe('Several processes over one embedded state', () => {
  let directory: string;
  let children: ChildProcess[];
  let store: LmdbStore;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'state-'));
    children = [];
    store = new LmdbStore(directory, 'accounts');
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await store.close();
    rmSync(directory, { recursive: true });
  });

  function work(job: string, count = 0): ChildProcess {
    const child = spawn(process.execPath, [WORKER, directory, job, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  }
  const finished = async (child: ChildProcess) => {
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  };

  it.each([
    ['that none of them has made yet', () => {}],
    [
      'that has to be thrown away because the machine was started anew',
      () => {
        mkdirSync(join(directory, 'accounts'));
        for (const file of ['data.mdb', 'lock.mdb']) writeFileSync(join(directory, 'accounts', file), '');
        writeFileSync(join(directory, 'accounts', BOOT_FILE), 'another boot');
      },
    ],
  ])('lose no increment and no conditional commit in a state %s', async (_, prepare) => {
    prepare();
    await Promise.all([1, 2, 3].map(() => finished(work('add', 300))));
    await store.open();
    expect(store.get('data', 'n')).toBe('900');
    expect(store.get('data', 'sum')).toBe('900');
    expect(store.range('list', 0, -1)).toEqual(Array.from({ length: 900 }, (_, n) => String(n + 1)));
  });

  it('see what others have written also when the file has grown far beyond what it was', async () => {
    await store.open();
    await Promise.all([1, 2].map(() => finished(work('fill', 1500))));
    const keys = store.keys('*');
    expect(keys).toHaveLength(3000);
    expect(store.get('data', keys.at(-1)!)).toHaveLength(10_000);
    expect(await store.increment('n', 1)).toBe(1);
  });

  it('find everything that a killed process has committed, and nothing by halves', async () => {
    await store.open();
    for (let round = 0; round < 3; round += 1) {
      const child = work('hold');
      let last = 0;
      for await (const line of createInterface({ input: child.stdout! })) {
        last = Number(line);
        if (last === 50) child.kill('SIGKILL');
      }
      const found = Number(store.get('data', 'a'));
      expect(store.get('data', 'b')).toBe(String(found));
      // One more may have been committed and not yet said.
      expect(found - last).toBeOneOf([0, 1]);
      await store.commit({
        expect: [],
        writes: [{ op: 'set', space: 'data', key: 'after', text: String(round) }],
      });
    }
  });

  it('come and go without taking it, or what was committed, from each other', async () => {
    await Promise.all([1, 2, 3].map(() => finished(work('visit', 200))));
    await store.open();
    expect(store.get('data', 'n')).toBe('600');
  });

  describe('one of which opens or closes it', () => {
    const inUse = () => join(directory, '.accounts-in-use');
    beforeEach(() => mkdirSync(inUse()));

    it('is waited for by those that start', async () => {
      const opened = store.open();
      setTimeout(() => rmSync(inUse(), { recursive: true }), 300);
      await opened;
      expect(await store.increment('n', 1)).toBe(1);
    });

    it('is waited for by those that commit, but not for long', async () => {
      await expect(store.increment('n', 1)).rejects.toMatchObject({ code: 'unavailable' });
      rmSync(inUse(), { recursive: true });
      expect(await store.increment('n', 1)).toBe(1);
    });

    it.each([
      ['long ago', -10],
      ['at a time that the clock says is to come', 10],
    ])('is not waited for if it has died %s', async (_, seconds) => {
      const then = Date.now() / 1000 + seconds;
      utimesSync(inUse(), then, then);
      expect(await store.increment('n', 1)).toBe(1);
      expect(existsSync(inUse())).toBe(false);
    });
  });

  it('go on in one new state when it is deleted under them', async () => {
    const workers = [work('hold'), work('hold')];
    const lines = workers.map((child) => createInterface({ input: child.stdout! })[Symbol.asyncIterator]());
    const commits = async (count: number) => {
      for (const line of lines)
        for (let n = 0; n < count; n += 1) expect(await line.next()).toMatchObject({ done: false });
    };
    for (let round = 0; round < 10; round += 1) {
      await commits(20);
      remove(join(directory, 'accounts'));
    }
    await commits(200);
    await store.open();
    const before = Number(await store.increment('n', 1));
    await commits(200);
    expect(await store.increment('n', 1)).toBe(before + 1);
    const [[, a], [, b]] = store.scan('data', undefined, 2) as [[string, string], [string, string]];
    expect(a).toBe(b);
    for (const child of workers) expect(child.exitCode).toBeNull();
  });
});
