import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeDirectory } from './make-directory.js';

it('makes what is missing, and is content with what is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'make-'));
  try {
    for (let round = 0; round < 2; round += 1) makeDirectory(join(folder, 'a/b/c'));
    expect(statSync(join(folder, 'a/b/c')).isDirectory()).toBe(true);
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeDirectory(join(folder, 'file/below'))).toThrow(/ENOTDIR/);
    expect(() => makeDirectory(join(folder, 'file'))).toThrow(/EEXIST/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.runIf(process.platform === 'linux')('fails where nothing can be made, instead of trying for ever', () => {
  expect(() => makeDirectory('/proc/none/log')).toThrow(/ENOENT/);
});
