/** Everything that proves the project: format and lint, types, all tests. Arguments go to the test runner and then only tests run. */
import { spawnSync } from 'node:child_process';
import { bootstrap, root } from './bootstrap.mjs';

bootstrap();

const arguments_ = process.argv.slice(2);
const checks = [
  ...(arguments_.length === 0
    ? [
        ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
        ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
        ['node_modules/typescript/bin/tsc', '-p', 'web/tsconfig.json'],
      ]
    : []),
  ['node_modules/vitest/vitest.mjs', 'run', ...arguments_],
];
for (const [script, ...args] of checks) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
