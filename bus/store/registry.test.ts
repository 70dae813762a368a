import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEventStore, logDirectory, STORES, StoreSpecError } from './registry.js';

describe('the registry of event stores', () => {
  it('gives the store that is named', async () => {
    const store = await createEventStore('memory');
    expect((await store.open()).lastPosition).toBe(0);
    await store.close();
  });

  it.each(['', 'log', 'log:', 'memory:x', 'redis:x', 'constructor', 'Memory'])(
    'refuses %o and says what there is',
    async (spec) => {
      await expect(createEventStore(spec)).rejects.toThrow(StoreSpecError);
      await expect(createEventStore(spec)).rejects.toThrow(/memory or log:DIR/);
    },
  );

  it('names the directory of a log, and of nothing else', () => {
    expect(logDirectory('log:./data/bus')).toBe('./data/bus');
    expect(() => logDirectory('memory')).toThrow(StoreSpecError);
  });

  it.each(Object.keys(STORES))('%s runs the contract in its own folder', (name) => {
    const folder = join(import.meta.dirname, name);
    expect(existsSync(folder)).toBe(true);
    const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
    const runs = tests.filter((file) =>
      /^\s*eventStoreContract\(/m.test(readFileSync(join(folder, file), 'utf8')),
    );
    expect(runs).not.toEqual([]);
  });
});
