/**
 * One crash test: the whole system under load, faults from a seed, and then, when everything is healed and at rest, a judgement
 * of what the log holds and what the routes answer, before and after every state was rebuilt from nothing.
 */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seededRandom } from '../../common/random.js';
import type { ExportedEvent } from '../support/system.js';
import { until } from '../support/until.js';
import { drawFaults } from './fault.js';
import { type Happened, Injector } from './injector.js';
import { Load, type LoadOptions } from './load.js';
import { logFaults } from './oracle/judge.js';
import { routeFaults } from './oracle/routes.js';
import { type Configuration, Rig } from './rig.js';

export interface CrashOptions extends LoadOptions, Configuration {
  readonly seed: number;
  /** faults to inject */
  readonly kills: number;
}

export interface CrashReport {
  /** what the oracle found wrong, one sentence each */
  readonly faults: readonly string[];
  /** what was done to the system, and when */
  readonly happened: readonly Happened[];
  readonly commands: number;
  readonly events: number;
  readonly seconds: number;
  /** the folder of everything that was kept, if something was wrong */
  readonly data: string | undefined;
}

/** Seeds of the two draws, so that another number of faults leaves the load as it is. */
const LOAD_SEED = 2 ** 32;
const REST_MS = 180_000;

export async function crash(options: CrashOptions): Promise<CrashReport> {
  const startedAt = performance.now();
  const rig = await Rig.start(options);
  const injector = new Injector(rig);
  const load = new Load(rig.system.bank, seededRandom(options.seed + LOAD_SEED));
  const faults: string[] = [];
  let events: readonly ExportedEvent[] = [];
  try {
    await load.prepare();
    await disturbed(rig, injector, load, options);
    await atRest(rig);
    events = await rig.system.export();
    const { commands } = load;
    faults.push(...logFaults({ events, commands, losses: injector.losses }));
    faults.push(...(await routeFaults(events, rig.system.bank)));
    faults.push(...(await rebuiltFaults(rig, events)));
    faults.push(...(await damage(rig)));
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await injector.healed().catch(() => undefined);
    faults.push(...deaths(rig.system.output));
    if (faults.length > 0)
      await writeFile(join(rig.system.data, 'output.log'), `${rig.system.output.join('\n')}\n`);
    await rig.stop({ keep: faults.length > 0 });
  }
  return {
    faults,
    happened: injector.happened,
    commands: load.commands.length,
    events: events.length,
    seconds: (performance.now() - startedAt) / 1000,
    data: faults.length > 0 ? rig.system.data : undefined,
  };
}

/** The load and the faults side by side, each fault when its share of the transfers has been ordered; then everything is healed. */
async function disturbed(rig: Rig, injector: Injector, load: Load, options: CrashOptions): Promise<void> {
  const { seed, kills, transfers } = options;
  const faults = drawFaults(seededRandom(seed), kills, rig.targets());
  const due = faults.map((_, n) => ((n + 0.5) * transfers) / kills);
  let reached = (): void => undefined;
  let ordered = 0;
  let stopped = false;
  const injecting = (async () => {
    for (const [n, fault] of faults.entries()) {
      while (ordered < due[n]! && !stopped)
        await new Promise<void>((resolve) => {
          reached = resolve;
        });
      if (stopped) return;
      await injector.inject(fault);
    }
  })();
  try {
    await Promise.all([
      injecting,
      load.run(options, (count) => {
        ordered = count;
        reached();
      }),
    ]);
  } finally {
    stopped = true;
    reached();
  }
  await injector.healed();
}

/** Every process is well, nothing is owed to anybody, nothing is parked. */
async function atRest({ system }: Rig): Promise<void> {
  await system.healthy(...system.names());
  await until(async () => {
    const { services } = (await system.askBus('/services')) as {
      services: { owed: number; parked: number }[];
    };
    return services.every(({ owed, parked }) => owed === parked);
  }, REST_MS);
  const { parked } = (await system.askBus('/parked')) as { parked: readonly unknown[] };
  if (parked.length > 0) throw new Error(`events are parked: ${JSON.stringify(parked, null, 2)}`);
}

/** What the routes answer wrongly after every state was lost and rebuilt. */
async function rebuiltFaults(rig: Rig, events: readonly ExportedEvent[]): Promise<string[]> {
  const { system, redis } = rig;
  const services = system.names().filter((name) => name !== 'bus');
  await system.down(...services);
  if (redis === undefined) await rm(join(system.data, 'state'), { recursive: true });
  else {
    await redis.stop();
    redis.forget();
    await redis.start();
  }
  await system.up(...services);
  const faults = await routeFaults(events, system.bank);
  const after = await system.export();
  if (after.length !== events.length) faults.push(`the rebuild made ${after.length - events.length} events`);
  return faults.map((fault) => `rebuilt: ${fault}`);
}

/** What `event-bus verify` says against the log. */
async function damage({ system }: Rig): Promise<string[]> {
  return promisify(execFile)(process.execPath, [
    'dist/bus/cli.js',
    'verify',
    '--store',
    `log:${system.data}/log`,
  ]).then(
    () => [],
    (error: Error) => [error.message],
  );
}

/** Processes that ended by themselves. */
function deaths(output: readonly string[]): string[] {
  return output.filter((line) => /^\[[^\]]+\] ended \(exit code/.test(line));
}
