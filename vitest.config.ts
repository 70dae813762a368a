import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{common,bus,runtime,gateway,web,deploy,scripts,test,bench}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // On a busy machine: a condition that comes late is no failure, one that never comes is.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
  },
});
