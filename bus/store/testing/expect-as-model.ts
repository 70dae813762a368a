import { expect } from 'vitest';
import type { Reads } from '../reads.js';
import { NaiveModel } from './naive-model.js';
import type { RandomLog } from './random-log.js';

/** Asks a store everything there is to ask, and by chance what there is too much of, and expects the answers of the plainest model. */
export async function expectAsModel(store: Pick<Reads, keyof Reads>, chance: RandomLog): Promise<void> {
  const model = new NaiveModel(chance.records);
  for (let n = 0; n < 25; n += 1) {
    const filter = chance.filter();
    const expected = model.read(filter);
    const page = await store.read(filter);
    expect({ filter, events: page.events }).toEqual({ filter, events: expected.slice(0, filter.limit) });
    expect({ filter, end: page.end }).toEqual({ filter, end: expected.length <= filter.limit });
    const rest = page.end ? [] : (await store.read({ ...filter, after: page.next, limit: 5000 })).events;
    expect({ filter, rest }).toEqual({ filter, rest: expected.slice(filter.limit) });
    const { clientType, range } = chance.owedQuestion();
    const owed = model.owed(clientType, range.key).filter(({ position }) => position > range.after);
    const owedPage = await store.owed(clientType, range);
    expect({ clientType, range, events: owedPage.events }).toEqual({
      clientType,
      range,
      events: owed.slice(0, range.limit),
    });
    expect(owedPage.end).toBe(owed.length <= range.limit);
    const debts = model.owed(clientType);
    expect(await store.debt(clientType)).toEqual({ count: debts.length, lowest: debts[0]?.position });
  }
  expect(await store.totals()).toEqual(model.totals());
  expect(await store.skips(1000)).toEqual(model.skips());
  const keys = model.keys().map((key) => ({ key, state: model.keyState(key) }));
  expect(await store.keys({ limit: 1000 })).toEqual(keys);
  for (const record of chance.records)
    if (record.kind === 'batch' && record.batchId !== undefined)
      expect(store.batch(record.sender, record.batchId)).toEqual(record.events);
}
