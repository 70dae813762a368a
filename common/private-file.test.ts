import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePrivateFile } from './private-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autokrator-private-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is made once, by whoever is first, and by nobody else', async () => {
  const path = join(folder, 'secret');
  await makePrivateFile(path, join(folder, '.a'), 'first');
  await makePrivateFile(path, join(folder, '.b'), 'second');
  expect(readFileSync(path, 'utf8')).toBe('first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secret']);
});

it('is made whole by one of several at once', async () => {
  const path = join(folder, 'secret');
  const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(10_000));
  await Promise.all(texts.map((text, n) => makePrivateFile(path, join(folder, `.${n}`), text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['secret']);
});

it('tells the file system’s error, and leaves no draft', async () => {
  await expect(makePrivateFile(join(folder, 'no', 'secret'), join(folder, '.a'), 'x')).rejects.toThrow(
    /ENOENT/,
  );
  expect(readdirSync(folder)).toEqual([]);
});
