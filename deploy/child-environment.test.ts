/** What a started process finds in its environment, and what stands on its command line for everybody to see. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PastProcess } from './as-of/past-process.js';
import { planServices } from './layout.js';
import { supervise } from './supervisor.js';

const PRINTS_ENVIRONMENT = `
  const names = ['AUTOKRATOR_REDIS', 'AUTOKRATOR_TOKEN', 'INHERITED'];
  console.log(JSON.stringify(names.map((name) => process.env[name] ?? null)));
  process.on('disconnect', () => process.exit());
`;

describe('the environment of a started process', () => {
  let folder: string;
  let printed: Promise<string>;
  let say: (name: string, line: string) => void;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'child-environment-'));
    writeFileSync(join(folder, 'prints.mjs'), PRINTS_ENVIRONMENT);
    vi.stubEnv('AUTOKRATOR_REDIS', 'redis://:secret@live');
    vi.stubEnv('AUTOKRATOR_TOKEN', 'of the launcher');
    vi.stubEnv('INHERITED', 'yes');
    printed = new Promise((resolve) => {
      say = (_name, line) => resolve(line);
    });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const plan = () => ({
    name: 'prints',
    entry: join(folder, 'prints.mjs'),
    args: [],
    env: { AUTOKRATOR_TOKEN: 'of the plan' },
    healthUrl: '',
    url: '',
  });

  it('has the options of its plan only, and whatever is no option', async () => {
    const process = supervise(plan(), say, { restart: false });
    expect(JSON.parse(await printed)).toEqual([null, 'of the plan', 'yes']);
    await process.stop('SIGKILL');
  });

  it('is the same for a state as it was, so that it never works on the live Redis', async () => {
    const process = new PastProcess(plan(), say);
    expect(JSON.parse(await printed)).toEqual([null, 'of the plan', 'yes']);
    await process.stop();
  });
});

it('keeps the address of Redis, which may hold a password, off the command lines', () => {
  const redis = 'redis://:secret@localhost:6379';
  const tokens = { of: () => 'token', operator: 'token' };
  const plans = planServices({ data: '/data', instances: 1, portOffset: 0, redis, logLevel: 'warn', tokens });
  for (const { args, env } of plans) {
    expect(args.join(' ')).not.toContain('secret');
    expect(env).toMatchObject({ AUTOKRATOR_REDIS: redis });
  }
});
