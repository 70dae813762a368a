import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../../common/log.js';
import { RedisServer, redisInstalled } from '../../test/support/redis-server.js';
import { openedState } from './opened-state.js';
import { StartError } from './start-error.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autokrator-opened-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const installed = redisInstalled();
if (!installed) {
  if (process.env.CI) throw new Error('redis-server is not installed');
  process.stderr.write('No redis-server on PATH: waiting for a state store is not tested.\n');
}

it.runIf(installed)('waits for a server that is not there yet', async () => {
  const server = await RedisServer.start(folder, { appendOnly: false });
  const url = server.url(0);
  await server.stop();
  const log: Logger = Object.create(silentLogger);
  const waits = new Promise<void>((resolve) => {
    log.warn = () => resolve();
  });
  const opening = openedState(url, 'accounts', log);
  await Promise.race([waits, opening]);
  await server.start();
  const store = await opening;
  expect(await store.get('data', 'nothing')).toBeUndefined();
  await store.close();
  await server.stop();
});

it('does not wait for what waiting does not mend', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(openedState(`embedded:${folder}/file`, 'accounts', silentLogger)).rejects.toThrow(StartError);
});
