/** The launcher as a process, where it must refuse before it has touched anything. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../common/directory-lock.js';
import { freePort } from '../test/support/ports.js';
import { GATEWAY_PORT } from './layout.js';

describe('npm start -- --fresh', () => {
  let data: string;
  let port: number;

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'start-'));
    mkdirSync(join(data, 'log'));
    writeFileSync(join(data, 'rights.json'), '{}');
    port = await freePort();
  });
  afterEach(() => rmSync(data, { recursive: true }));

  /** What it says when it has ended. */
  function refusal(): Promise<string> {
    const args = ['dist/deploy/start.js', '--fresh', '--data', data];
    const offset = ['--port-offset', String(port - GATEWAY_PORT)];
    return new Promise((resolve) =>
      // A launcher that does not refuse starts, and would not end.
      execFile(process.execPath, [...args, ...offset], { timeout: 10_000 }, (_error, _out, complaint) =>
        resolve(complaint),
      ),
    );
  }

  it('deletes nothing when the ports are taken', async () => {
    const server = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
    expect(await refusal()).toContain(`http://localhost:${port} is already in use`);
    expect(readdirSync(data)).toEqual(['log', 'rights.json']);
    await new Promise((resolve) => server.close(resolve));
  });

  it('deletes nothing when a system that listens elsewhere keeps its log there', async () => {
    const lock = await lockDirectory(join(data, 'log'));
    expect(await refusal()).toContain(`log is in use by process ${process.pid}. Stop the system`);
    expect(readdirSync(data)).toEqual(['log', 'rights.json']);
    await lock.release();
  });
});
