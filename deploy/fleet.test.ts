import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fleet } from './fleet.js';
import { healthy } from './supervisor.js';

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1/';

describe('the fleet', () => {
  let folder: string;
  let fleet: Fleet;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-'));
    writeFileSync(join(folder, 'idle.mjs'), `process.on('disconnect', () => process.exit());`);
    fleet = new Fleet(() => {});
  });
  afterEach(async () => {
    await fleet.stop();
    rmSync(folder, { recursive: true });
  });

  const plan = (name: string) => ({
    name,
    entry: join(folder, 'idle.mjs'),
    args: [],
    healthUrl: NOWHERE,
    url: NOWHERE,
  });
  const isRunning = (pid: number | undefined) => {
    try {
      return process.kill(pid!, 0);
    } catch {
      return false;
    }
  };

  it('stops every process, and starts none once the stop has begun', async () => {
    const pids = ['bus', 'accounts'].map((name) => fleet.keep(plan(name)).pid);
    const stopped = fleet.stop();
    expect(() => fleet.keep(plan('gateway'))).toThrow('the system is being stopped');
    await stopped;
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(fleet.processes.map(({ plan: { name } }) => name)).toEqual(['bus', 'accounts']);
  });

  it('lets nobody wait for the health of what is being stopped', async () => {
    const { plan: bus } = fleet.keep(plan('bus'));
    const waiting = expect(healthy(bus, 25_000, fleet.stopping)).rejects.toThrow('aborted');
    await fleet.stop();
    await waiting;
  }, 5_000);
});
