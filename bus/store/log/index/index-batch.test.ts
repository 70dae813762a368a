import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyReached, type IndexDatabase, indexPath, openIndex } from './database.js';
import { IndexBatch, StaleEnvironment } from './index-batch.js';

const START = { segment: 0, offset: 0, block: 0, position: 0, hash: '' };

let directory: string;
let index: IndexDatabase;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'autokrator-index-batch-'));
  mkdirSync(indexPath(directory));
  index = openIndex(directory);
});
afterEach(async () => {
  await index.env.close();
  rmSync(directory, { recursive: true });
});

it('goes on where the index stands, and nowhere else', () => {
  const empty = emptyReached('log', START);
  const first = new IndexBatch(empty).commit(index, { ...START, block: 1 });
  const second = new IndexBatch(first).commit(index, { ...START, block: 2 });
  // An older state shows itself like this: what is written next does not continue it.
  expect(() => new IndexBatch(first).commit(index, { ...START, block: 3 })).toThrow(StaleEnvironment);
  expect(index.meta.get('reached')).toEqual(second);
});

it('is not begun in the middle', () => {
  const lost = emptyReached('log', { ...START, block: 1 });
  expect(() => new IndexBatch(lost).commit(index, { ...START, block: 2 })).toThrow(StaleEnvironment);
});
