import { describe, expect, it } from 'vitest';
import { runHandler, startScript } from './testing/script.js';

describe('a script', () => {
  it('hands functions to the host, which calls them', async () => {
    const script = await startScript('test:on("add", function(a, b) return a + b, {sum = a + b} end)');
    expect(await script.call('add', 1, 2)).toEqual([3, { sum: 3 }]);
    script.close();
  });
  it('waits', async () => {
    const r = await runHandler(
      'local ok, v = pcall(function() return x:get("k") end) return ok, v, x.get("z")',
      { globals: { x: { get: async (_c, k) => `v-${k}` } } },
    );
    expect(r).toEqual([true, 'v-k', 'v-z']);
  });
});
