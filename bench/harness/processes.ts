/**
 * The processes and folders of a bench. Whatever is started in a `Stage` ends with it, also when the bench fails.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult } from '../load/jobs.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAST_LINES = 20;
/** A folder for the processor profiles of the programs that are measured: they are then stopped the slow way, so that they write them. */
const PROFILES = process.env.AUTOKRATOR_BENCH_PROFILES;
const PROFILING = PROFILES === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`];

export interface Started {
  readonly pid: number;
  /** what stood in the line that told it is ready */
  readonly address: string;
  /** Resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A process that generates load; it is ready and waits for `go`. */
export interface Loader<Kind extends Job['kind']> {
  go(): void;
  readonly result: Promise<JobResult[Kind]>;
}

/** Runs a bench's body on a stage of its own, and clears it. */
export async function onStage<Outcome>(body: (stage: Stage) => Promise<Outcome>): Promise<Outcome> {
  const stage = new Stage();
  try {
    return await body(stage);
  } finally {
    await stage.clear();
  }
}

export class Stage {
  readonly #clearers: (() => Promise<void>)[] = [];
  readonly #folders: string[] = [];

  /** every folder that was made on this stage */
  get folders(): readonly string[] {
    return this.#folders;
  }

  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'autokrator-bench-'));
    this.#folders.push(path);
    this.#clearers.push(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  /** Clears up what the bench itself has opened, before everything opened earlier. */
  defer(clear: () => Promise<void>): void {
    this.#clearers.push(clear);
  }

  /**
   * Starts a program of ours, compiled, and resolves when it prints a line that matches.
   * @param entry from the build's root, e.g. `bus/cli.js`
   * @param ready its first group becomes the address
   * @throws what it said last, if it ends instead
   */
  node(entry: string, args: readonly string[], ready: RegExp): Promise<Started> {
    return this.program(process.execPath, [...PROFILING, join(ROOT, entry), ...args], ready);
  }

  async program(path: string, args: readonly string[], ready: RegExp): Promise<Started> {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => ended(child, signal);
    this.#clearers.push(() => stop(PROFILES === undefined ? 'SIGKILL' : 'SIGTERM'));
    const said: string[] = [];
    const address = await new Promise<string>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          said.push(line);
          if (said.length > LAST_LINES) said.shift();
          const found = ready.exec(line);
          if (found !== null) resolve(found[1] ?? '');
        });
      child.once('error', reject);
      child.once('close', () => reject(new Error(`${args.join(' ')} ended:\n${said.join('\n')}`)));
    });
    return { pid: child.pid!, address, stop };
  }

  /** Starts a process that generates load. */
  async load<const J extends Job>(job: J): Promise<Loader<J['kind']>> {
    const child = fork(join(ROOT, 'bench/load/main.js'), [JSON.stringify(job)]);
    this.#clearers.push(() => ended(child, 'SIGKILL'));
    await heard(child);
    return {
      go: () => child.send('go'),
      result: heard(child) as Promise<JobResult[J['kind']]>,
    };
  }

  async clear(): Promise<void> {
    for (let clear = this.#clearers.pop(); clear !== undefined; clear = this.#clearers.pop()) await clear();
  }
}

/** The next message of a process. @throws if it ends before */
function heard(child: ChildProcess): Promise<unknown> {
  const message = new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => reject(new Error(`the load ended with ${code ?? signal}`)));
  });
  message.catch(() => undefined); // a failed bench may never ask for it
  return message;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
