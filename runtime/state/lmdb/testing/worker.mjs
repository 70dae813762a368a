/**
 * A process that works on a shared state, from the build: `worker.mjs DIR JOB COUNT`.
 *   add     COUNT increments of `n`, and COUNT conditional commits that add one to `sum` and push to `list`
 *   fill    COUNT commits of a text of 10 kB each
 *   visit   COUNT times: adds one to `n`, sets a key of its own and sees that it is there, closes the state and opens it again
 *   hold    commits the same number under `a` and `b`, on end, until it is killed; prints each number once it is committed
 */
import { LmdbStore } from '../../../../dist/runtime/state/lmdb/lmdb-store.js';

const [directory, job, count] = process.argv.slice(2);
let store = new LmdbStore(directory, 'accounts');
await store.open();

const set = (key, text) => ({ op: 'set', space: 'data', key, text });
const jobs = {
  async add() {
    for (let n = 0; n < Number(count); n += 1) {
      await store.increment('n', 1);
      while (!(await addedOne()));
    }
  },
  async fill() {
    for (let n = 0; n < Number(count); n += 1)
      await store.commit({ expect: [], writes: [set(`${process.pid}-${n}`, 'x'.repeat(10_000))] });
  },
  async visit() {
    for (let n = 0; n < Number(count); n += 1) {
      await store.increment('n', 1);
      await store.commit({ expect: [], writes: [set(`${process.pid}`, `${n}`)] });
      for (let look = 0; look < 20; look += 1) await there(`${process.pid}`, `${n}`);
      await store.close();
      store = new LmdbStore(directory, 'accounts');
      await store.open();
    }
  },
  async hold() {
    for (let n = 1; ; n += 1) {
      // While its files are being deleted it may be unavailable; every service has to expect that.
      while (!(await committed({ expect: [], writes: [set('a', `${n}`), set('b', `${n}`)] })));
      await new Promise((resolve) => process.stdout.write(`${n}\n`, resolve));
    }
  },
};

async function there(key, text) {
  const { ok } = await store.commit({ expect: [{ space: 'data', key, text }], writes: [] });
  if (!ok) throw new Error(`${text} was committed and is not there`);
}

async function committed(commit) {
  try {
    return (await store.commit(commit)).ok;
  } catch (error) {
    if (error.code === 'unavailable') return false;
    throw error;
  }
}

async function addedOne() {
  const text = store.get('data', 'sum');
  const next = String(Number(text ?? 0) + 1);
  const expect = [{ space: 'data', key: 'sum', text }];
  const writes = [set('sum', next), { op: 'push', key: 'list', texts: [next] }];
  return (await store.commit({ expect, writes })).ok;
}

await jobs[job]();
await store.close();
