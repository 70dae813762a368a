/** Which states are kept and which go; each is a process that answers with its own number and the path. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PastStates, type PastStatesOptions } from './past-states.js';

const STAND_IN = `
  import { createServer } from 'node:http';
  const at = process.argv[2];
  const server = createServer((request, response) => {
    response.setHeader('x-as-of', at);
    const body = request.url === '/ready' ? { done: 7, total: 9 } : { pid: process.pid, path: request.url };
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1', () => {
    process.send({ kind: 'listening', port: server.address().port });
    if (at === '404') process.send({ kind: 'no-such-point', message: 'no such point' }, () => process.exit(1));
    else if (at === '500') process.exit(1);
    else if (at !== '503') process.send({ kind: 'built' });
  });
  process.on('disconnect', () => process.exit());
`;

let folder: string;
let states: PastStates | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'past-states-'));
  writeFileSync(join(folder, 'stand-in.mjs'), STAND_IN);
});
afterEach(async () => {
  await states?.stop();
  rmSync(folder, { recursive: true });
});

function kept(options: Partial<PastStatesOptions> = {}): PastStates {
  const entry = join(folder, 'stand-in.mjs');
  states = new PastStates({ plan: (name, at) => ({ name, entry, args: [at] }), say: () => {}, ...options });
  return states;
}

async function ask(at: string, path = '/x'): Promise<number> {
  const answer = await states!.ask(new URLSearchParams({ service: 's', at, path }));
  expect(answer).toMatchObject({ position: at, status: 200, body: { path } });
  return (answer.body as { pid: number }).pid;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('keeps a state for the next question, also one that comes while it is built', async () => {
  kept();
  const [first, second] = await Promise.all([ask('1', '/a'), ask('1', '/b?c=d')]);
  expect(second).toBe(first);
  expect(await ask('1')).toBe(first);
});

it('lets the one go that was asked least recently when there are too many', async () => {
  kept({ statesMax: 2 });
  const [one, two] = [await ask('1'), await ask('2')];
  expect(await ask('1')).toBe(one);
  const three = await ask('3');
  await expect.poll(() => isRunning(two)).toBe(false);
  expect([await ask('1'), await ask('3')]).toEqual([one, three]);
});

it('lets one go that nobody asks any more', async () => {
  kept({ idleMs: 20 });
  const pid = await ask('1');
  await expect.poll(() => isRunning(pid)).toBe(false);
  expect(await ask('1')).not.toBe(pid);
});

it('begins anew when the process of a state has died', async () => {
  kept();
  const pid = await ask('1');
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => ask('1').catch(() => pid)).not.toBe(pid);
});

it('tells how far a state is that takes too long', async () => {
  kept({ patienceMs: 2_000 });
  await expect(ask('503')).rejects.toMatchObject({ code: 'rebuilding', message: /7 of 9 events/ });
});

it('takes no more when all are being asked', async () => {
  kept({ statesMax: 1, patienceMs: 500 });
  const slow = ask('503').catch(() => 'given up');
  await expect(ask('1')).rejects.toMatchObject({ code: 'overloaded' });
  await slow;
});

it('says what is wrong with a point, and what became of a process', async () => {
  kept();
  await expect(ask('404')).rejects.toMatchObject({ code: 'not_found', message: 'no such point' });
  await expect(ask('500')).rejects.toMatchObject({ code: 'internal' });
  await expect(ask('2999-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'bad_request', message: /future/ });
});
