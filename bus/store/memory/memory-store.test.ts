import { expect, it } from 'vitest';
import { eventStoreContract } from '../contract.js';
import { FaultyStore } from '../testing/faulty-store.js';
import { Records } from '../testing/samples.js';
import { type MemoryLog, MemoryStore } from './memory-store.js';

eventStoreContract('memory', async () => {
  const log: MemoryLog = { logId: 'a log', records: [] };
  return { store: () => new MemoryStore(log), remove: async () => {} };
});

it('a faulty store loses what was not flushed when it is dropped', async () => {
  const log: MemoryLog = { logId: 'a log', records: [] };
  const store = new FaultyStore(log);
  const make = new Records();
  await store.open();
  store.automatic = false;
  const kept = store.append([make.batch({})]);
  store.append([make.batch({})]);
  await store.flush(1);
  await kept;
  expect(store.waiting).toBe(1);
  expect((await new MemoryStore(log).open()).lastPosition).toBe(1);
});

it('a faulty store fails an append together with all later ones, and takes the next', async () => {
  const store = new FaultyStore();
  const make = new Records();
  await store.open();
  store.automatic = false;
  const outcomes = Promise.allSettled([store.append([make.batch({})]), store.append([make.batch({})])]);
  store.fail();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  store.automatic = true;
  await store.append([new Records().batch({})]);
  expect((await store.read({ limit: 10 })).events).toHaveLength(1);
});
