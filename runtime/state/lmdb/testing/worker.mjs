/**
 * A process that works on a shared state, from the build: `worker.mjs DIR JOB COUNT`.
 *   add     COUNT increments of `n`, and COUNT conditional commits that add one to `sum` and push to `list`
 *   fill    COUNT commits of a text of 10 kB each
 *   hold    commits the same number under `a` and `b`, on end, until it is killed; prints each number once it is committed
 */
import { LmdbStore } from '../../../../dist/runtime/state/lmdb/lmdb-store.js';

const [directory, job, count] = process.argv.slice(2);
const store = new LmdbStore(directory, 'accounts');
await store.open();

const set = (key, text) => ({ op: 'set', space: 'data', key, text });
const jobs = {
  add() {
    for (let n = 0; n < Number(count); n += 1) {
      store.increment('n', 1);
      while (!addedOne());
    }
  },
  fill() {
    for (let n = 0; n < Number(count); n += 1)
      store.commit({ expect: [], writes: [set(`${process.pid}-${n}`, 'x'.repeat(10_000))] });
  },
  async hold() {
    for (let n = 1; ; n += 1) {
      // While its files are being deleted it may be unavailable; every service has to expect that.
      while (!committed({ expect: [], writes: [set('a', `${n}`), set('b', `${n}`)] }));
      await new Promise((resolve) => process.stdout.write(`${n}\n`, resolve));
    }
  },
};

function committed(commit) {
  try {
    return store.commit(commit).ok;
  } catch (error) {
    if (error.code === 'unavailable') return false;
    throw error;
  }
}

function addedOne() {
  const text = store.get('data', 'sum');
  const next = String(Number(text ?? 0) + 1);
  const expect = [{ space: 'data', key: 'sum', text }];
  return store.commit({ expect, writes: [set('sum', next), { op: 'push', key: 'list', texts: [next] }] }).ok;
}

await jobs[job]();
await store.close();
