import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from './directory-lock.js';

describe('the lock of a directory', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  const leftBy = (holder: object): void =>
    writeFileSync(join(directory, 'lock.7'), JSON.stringify({ host: hostname(), started: '1', ...holder }));

  it('is held by one, and the refusal names the process', async () => {
    const lock = await lockDirectory(directory);
    const refusal = new DirectoryInUse(`${directory} is in use by process ${process.pid}`);
    await expect(lockDirectory(directory)).rejects.toThrow(refusal);
    await lock.release();
    await (await lockDirectory(directory)).release();
  });

  it('of a process that has died stops nobody', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    leftBy({ pid });
    const lock = await lockDirectory(directory);
    expect(readdirSync(directory)).toEqual(['lock.8']);
    await lock.release();
  });

  it.runIf(process.platform === 'linux')(
    'of a process whose number was given to another stops nobody',
    async () => {
      leftBy({ pid: process.pid, started: '123' });
      await (await lockDirectory(directory)).release();
    },
  );

  it('of another machine is respected, and the refusal tells what to do', async () => {
    leftBy({ pid: 1, host: 'elsewhere' });
    await expect(lockDirectory(directory)).rejects.toThrow(/process 1 on elsewhere; .* remove .*lock\.7/);
  });

  it('that was half written when the machine stopped stops nobody', async () => {
    writeFileSync(join(directory, 'lock.7'), '{"pid":');
    await (await lockDirectory(directory)).release();
  });

  it('is won by exactly one of many who find it left', async () => {
    leftBy({ pid: spawnSync(process.execPath, ['-e', '']).pid });
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [file] = readdirSync(directory);
    expect(JSON.parse(readFileSync(join(directory, file!), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(readdirSync(directory)).toHaveLength(1);
  });
});
