/** The servers that are measured, each as a process of its own, durable, in an empty folder. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Stage, Started } from './processes.js';

export interface BusConditions {
  /** added to every flush */
  readonly flushDelayMs?: number;
  /** a folder that is kept between two starts */
  readonly folder?: string;
}

export async function startBus(stage: Stage, conditions: BusConditions = {}): Promise<Started> {
  const { flushDelayMs = 0, folder = await stage.folder() } = conditions;
  const args = ['server', '-b', '127.0.0.1:0', '--store', `log:${folder}/log`];
  return stage.node(
    'bus/cli.js',
    [...args, '--flush-delay', `${flushDelayMs}ms`],
    /listens at (ws:\/\/127\.0\.0\.1:\d+)/,
  );
}

export async function startFloor(stage: Stage, flushDelayMs: number): Promise<Started> {
  const file = `${await stage.folder()}/floor.log`;
  return stage.node('bench/floor/main.js', [file, String(flushDelayMs)], /listens at (\S+)/);
}

/** Undefined if there is no redis-server on PATH. Every write is flushed before it is answered. */
export async function startRedis(stage: Stage): Promise<Started | undefined> {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined;
  const port = await freePort();
  const options = {
    port,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
    dir: await stage.folder(),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const started = await stage.program('redis-server', flags, /Ready to accept connections/);
  return { ...started, address: `redis://127.0.0.1:${port}` };
}

/**
 * Undefined if there is no nats-server on PATH. With NATS_URL it is the server there, as that was set up.
 * @param syncAlways every write is flushed before it is answered; otherwise every two minutes
 */
export async function startNats(stage: Stage, syncAlways: boolean): Promise<Started | undefined> {
  const address = process.env.NATS_URL;
  if (address !== undefined) return { pid: Number.NaN, address, stop: async () => undefined };
  if (spawnSync('nats-server', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined;
  const folder = await stage.folder();
  const port = await freePort();
  const sync = syncAlways ? '\n  sync_interval: always' : '';
  const configuration = join(folder, 'nats.conf');
  writeFileSync(
    configuration,
    `listen: "127.0.0.1:${port}"\njetstream {\n  store_dir: "${folder}"${sync}\n}\n`,
  );
  const started = await stage.program('nats-server', ['--config', configuration], /Server is ready/);
  return { ...started, address: `nats://127.0.0.1:${port}` };
}

/** A service over a script, whose address is that of its routes. */
export async function startService(
  stage: Stage,
  /** path from the project's root */
  script: string,
  bus: Started,
  store: string,
): Promise<Started> {
  const port = await freePort();
  const args = ['--script', script, '-b', `127.0.0.1:${port}`];
  const started = await stage.node(
    'runtime/cli.js',
    [...args, '-s', bus.address, '--store', store],
    /listens/,
  );
  return { ...started, address: `http://127.0.0.1:${port}` };
}

/** Memory in MiB that the process has for itself: without files it has mapped, whose pages the system may take back. Linux only; undefined elsewhere. */
export function residentMiB({ pid }: Started): number | undefined {
  try {
    const [, kiB] = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kiB === undefined ? undefined : Math.round(Number(kiB) / 1024);
  } catch {
    return undefined;
  }
}

/** Jiffies per second of /proc: fixed at 100 in Linux' interface. */
const TICKS_PER_SECOND = 100;

/** Processor time used so far, all threads, in seconds: unlike a rate it hardly changes with other load on the machine. NaN if not Linux. */
export function processorSeconds({ pid }: Started): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(address),
      );
    });
  });
}
