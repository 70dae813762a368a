/** The bus as a process of its own, as it is started by people; to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const ENTRY = 'dist/bus/cli.js';

export class BusProcess {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  /** Starts `event-bus server` on a free port; resolves when it listens. @throws what it said if it ends instead */
  static async start(store: string, ...options: string[]): Promise<BusProcess> {
    const args = ['server', '-b', '127.0.0.1:0', '--store', store, ...options];
    const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stderr! })) {
      said.push(line);
      const [address] = /ws:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (address === undefined) continue;
      child.stderr!.resume();
      return new BusProcess(child, address);
    }
    throw new Error(`the bus did not start:\n${said.join('\n')}`);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async get(path: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.address.replace('ws:', 'http:')}${path}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  /** Resolves with exit code or signal when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    if (this.#child.signalCode !== null) return this.#child.signalCode;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code, by] = await exit;
    return code ?? by;
  }
}

/** Runs `event-bus` with these arguments to its end. */
export async function eventBus(...args: string[]): Promise<{ code: number; out: string; complaint: string }> {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, complaint] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    complaint += data;
  });
  const [code] = await once(child, 'close');
  return { code, out, complaint };
}
