import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../common/random.js';
import { type CompiledStore, compileStore } from './testing/compiled.js';
import { TemporaryLog } from './testing/temporary-log.js';
import { verify } from './verify.js';

const ROUNDS = 10;

describe('a process that is killed while it appends', () => {
  let compiled: CompiledStore;
  let log: TemporaryLog;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    compiled = compileStore();
    log = await TemporaryLog.create();
  });

  afterAll(async () => {
    child?.kill('SIGKILL');
    await log.remove();
    compiled.remove();
  });

  it(`has lost nothing that was acknowledged, nor left a gap, in ${ROUNDS} rounds on one log`, async () => {
    const random = seededRandom(20261121);
    let acknowledged = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = acknowledged;
      acknowledged = await runAndKill(random.int(150), acknowledged);
      expect(acknowledged).toBeGreaterThan(before);

      const report = await verify(log.directory);
      expect(report.events).toBeGreaterThanOrEqual(acknowledged);
      expect(report.indexedPosition ?? 0).toBeLessThanOrEqual(report.events);

      const store = await log.open();
      let after = 0;
      for (let end = false; !end; ) {
        const page = await store.read({ after, limit: 1000 });
        expect(page.events.map(({ position }) => position)).toEqual(page.events.map((_, n) => after + n + 1));
        ({ next: after, end } = page);
      }
      expect(after).toBe(report.events);
      expect(store.batch('accounts', `batch-${acknowledged}`)?.at(-1)?.position).toBe(acknowledged);
      await store.close();
      expect((await verify(log.directory)).indexedPosition).toBe(report.events);
    }
  });

  /** @returns the highest position that the process said is durable */
  async function runAndKill(afterMs: number, acknowledged: number): Promise<number> {
    child = spawn(process.execPath, [compiled.path('testing/appender'), log.directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    // the kill may come at any moment, but not before the first acknowledgement
    await Promise.race([
      once(child.stdout!, 'data'),
      exited.then(() => expect.fail('the process ended by itself')),
    ]);
    await delay(afterMs);
    child.kill('SIGKILL');
    await exited;
    const lines = text.split('\n').slice(0, -1);
    return Math.max(acknowledged, ...lines.map(Number));
  }
});
