/** A service as a process of its own, as it is started by people. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './ports.js';
import { until } from './until.js';

export class ServiceProcess {
  /** what it said so far */
  readonly output: string[] = [];

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data: Buffer) => this.output.push(data.toString()));
  }

  /** Starts `superclient` on a free port; resolves when it is healthy. @throws what it said if it ends instead */
  static async start(script: string, bus: string, state: string): Promise<ServiceProcess> {
    const port = await freePort();
    const args = ['--script', script, '--bind', `127.0.0.1:${port}`, '-s', bus, '--store', state];
    const child = spawn(process.execPath, ['dist/runtime/cli.js', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new ServiceProcess(port, child);
    await until(async () => {
      if (!service.running) throw new Error(`the service did not start:\n${service.output.join('')}`);
      return (await service.status('/health_check')) === 200;
    });
    return service;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** 0 if it does not answer */
  async status(path: string): Promise<number> {
    const answer = await fetch(this.url + path).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.status ?? 0;
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return (await (await fetch(this.url + path)).json()) as Record<string, unknown>;
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.running) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
