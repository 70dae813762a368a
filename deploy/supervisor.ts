/**
 * Keeps processes running: starts them, passes their output on with their name in front, starts one that died again (with a
 * growing pause), and stops them all in reverse order. A child has an IPC channel and stops by itself when its supervisor is
 * gone; it is the leader of its own process group, so that Ctrl-C in the terminal reaches the supervisor alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from './child-environment.js';
import type { ProcessPlan } from './layout.js';

const RESTART_PAUSE_MS = 250;
const RESTART_PAUSE_MAX_MS = 5_000;
/** a process that ran this long starts with the short pause again */
const STEADY_AFTER_MS = 10_000;
const STOP_TIMEOUT_MS = 15_000;
const HEALTH_PROBE_MS = 50;

export interface Supervised {
  readonly plan: ProcessPlan;
  readonly pid: number | undefined;
  /** to the process as it is now; nothing if it has just ended */
  signal(signal: NodeJS.Signals): void;
  /** Hears what the process, also one that was started again, says over its channel. */
  onMessage(heard: (message: unknown) => void): void;
  /** Lost if the process has just ended. */
  send(message: object): void;
  /** Ends it and leaves it so. SIGTERM lets it finish what it does; a process that does not end in time is killed. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export type Say = (name: string, line: string) => void;

/** Starts a process and keeps it running until `stop`. With `restart: false` its death is only told. */
export function supervise(plan: ProcessPlan, say: Say, { restart }: { restart: boolean }): Supervised {
  let child: ChildProcess;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let pause = RESTART_PAUSE_MS;
  let heard: (message: unknown) => void = () => {};

  const launch = () => {
    const startedAt = Date.now();
    child = spawn(process.execPath, [plan.entry, ...plan.args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      env: childEnvironment(plan),
    });
    for (const stream of [child.stdout, child.stderr])
      forward(stream as Readable, (line) => say(plan.name, line));
    child.on('message', (message) => heard(message));
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (!restart) return say(plan.name, `ended (${signal ?? `exit code ${code}`})`);
      if (Date.now() - startedAt > STEADY_AFTER_MS) pause = RESTART_PAUSE_MS;
      say(plan.name, `ended (${signal ?? `exit code ${code}`}), starting it again in ${pause} ms`);
      timer = setTimeout(launch, pause);
      pause = Math.min(pause * 2, RESTART_PAUSE_MAX_MS);
    });
  };
  launch();

  return {
    plan,
    get pid() {
      return child.pid;
    },
    signal(signal) {
      child.kill(signal);
    },
    onMessage(listener) {
      heard = listener;
    },
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    async stop(signal = 'SIGTERM') {
      stopping = true;
      clearTimeout(timer);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill(signal);
      const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(tooLong);
    },
  };
}

/** Resolves when the process answers 200 at its health address; rejects after `timeoutMs`, or when `signal` is aborted. */
export async function healthy(plan: ProcessPlan, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const answer = await fetch(plan.healthUrl, { signal: signal ?? null }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await sleep(HEALTH_PROBE_MS, undefined, { signal });
  }
  throw new Error(`${plan.name} is not healthy after ${timeoutMs / 1000} s (${plan.healthUrl}).`);
}

function forward(stream: Readable, line: (text: string) => void): void {
  createInterface({ input: stream }).on('line', line);
}
