import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../test/support/until.js';
import { healthy, supervise } from './supervisor.js';
import { watch } from './watchdog.js';

const PATIENCE = { pauseMs: 2, answerMs: 250, toldAfter: 2, killedAfter: 4 };

describe('the watchdog', () => {
  let server: Server;
  let url: string;
  let asked: number;
  /** of the process's answers; undefined: it does not answer */
  let status: number | undefined;
  let said: string[];
  let killed: number[];
  let pid: number;
  let stop: () => void;

  beforeEach(async () => {
    [asked, status, said, killed, pid, stop] = [0, 200, [], [], 1, () => undefined];
    server = createServer((_request, response) => {
      asked += 1;
      if (status !== undefined) response.writeHead(status).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function begin(): void {
    const plan = { name: 'accounts', entry: '', args: [], healthUrl: url, url };
    const process = {
      plan,
      get pid() {
        return pid;
      },
      signal: () => void killed.push(pid),
    };
    stop = watch(process, (name, line) => said.push(`${name}: ${line}`), PATIENCE);
  }
  const questions = async (count: number) => {
    const from = asked;
    await until(() => asked >= from + count);
  };

  it('tells of a process that has fallen silent, and then kills it, once', async () => {
    begin();
    await questions(3);
    status = undefined;
    await until(() => killed.length > 0);
    await questions(PATIENCE.killedAfter + 2);
    expect(killed).toEqual([1]);
    expect(said).toEqual([
      expect.stringContaining('accounts: DOES NOT ANSWER: 2 health checks'),
      expect.stringContaining('accounts: HANGS'),
    ]);
  });

  it('leaves a process alone that says it is not ready', async () => {
    status = 503;
    begin();
    await questions(PATIENCE.killedAfter * 3);
    expect([killed, said]).toEqual([[], []]);
  });

  it('leaves a process alone that has not answered yet, also one that was started again', async () => {
    status = undefined;
    begin();
    await questions(PATIENCE.killedAfter + 2);
    status = 200;
    await questions(2);
    pid = 2;
    status = undefined;
    await questions(PATIENCE.killedAfter + 2);
    expect([killed, said]).toEqual([[], []]);
  });

  it('says so when a process answers again', async () => {
    begin();
    await questions(3);
    status = undefined;
    await until(() => said.length > 0);
    status = 200;
    await until(() => said.length > 1);
    expect(said[1]).toBe('accounts: answers again');
    expect(killed).toEqual([]);
  });
});

describe('a process whose event loop hangs', () => {
  it('is replaced', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autokrator-watchdog-'));
    const entry = join(folder, 'hangs.mjs');
    // Tells over its channel where it listens; /hang never ends.
    await writeFile(
      entry,
      `import { createServer } from 'node:http';
       const server = createServer((request, response) => {
         if (request.url === '/hang') for (;;);
         response.end('ok');
       }).listen(Number(process.argv[2]), '127.0.0.1', () => process.send(server.address().port));
       process.on('disconnect', () => process.exit());`,
    );
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const url = `http://127.0.0.1:${port}/`;
    const plan = { name: 'hangs', entry, args: [String(port)], healthUrl: url, url };
    const process = supervise(plan, () => undefined, { restart: true });
    await healthy(plan, 10_000);
    const first = process.pid;
    const stop = watch(process, () => undefined, {
      pauseMs: 20,
      answerMs: 200,
      toldAfter: 1,
      killedAfter: 3,
    });
    try {
      await until(async () => (await fetch(url)).ok);
      fetch(`${url}hang`).catch(() => undefined);
      await until(() => process.pid !== first);
      await healthy(plan, 10_000);
    } finally {
      stop();
      await process.stop('SIGKILL');
      await rm(folder, { recursive: true });
    }
  });
});
