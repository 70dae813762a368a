import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from '../common/directory-lock.js';
import { forget } from './forget.js';

const KEPT = ['log/000.segment', 'log/index/data.mdb', 'state/accounts/data.mdb', 'keys/key', 'rights.json'];

describe('what was kept', () => {
  let data: string;

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'forget-'));
    for (const path of [...KEPT, 'notes.txt']) {
      mkdirSync(join(data, path, '..'), { recursive: true });
      writeFileSync(join(data, path), '');
    }
  });
  afterEach(() => rmSync(data, { recursive: true }));

  const left = () => KEPT.filter((path) => existsSync(join(data, path)));

  it('is forgotten, and nothing else; the log can be begun anew', async () => {
    await forget(data);
    expect(left()).toEqual([]);
    expect(readdirSync(data).sort()).toEqual(['log', 'notes.txt']);
    await (await lockDirectory(join(data, 'log'))).release();
  });

  it('stays untouched while somebody holds the log', async () => {
    const lock = await lockDirectory(join(data, 'log'));
    await expect(forget(data)).rejects.toThrow(DirectoryInUse);
    expect(left()).toEqual(KEPT);
    await lock.release();
  });

  it('may be nothing', async () => {
    const nothing = join(data, 'a', 'b');
    await forget(nothing);
    expect(readdirSync(nothing)).toEqual(['log']);
  });
});
