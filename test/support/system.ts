/**
 * The whole system as real processes, in a folder and on ports of its own: what `npm start` starts, for tests that stop, kill and
 * look into them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ProcessPlan, planBus, planServices } from '../../deploy/layout.js';
import { Bank } from '../../deploy/populate/bank.js';
import { healthy, type Supervised, supervise } from '../../deploy/supervisor.js';

const START_TIMEOUT_MS = 30_000;
const PORT_OFFSET_FIRST = 10_000;
/** between two systems of one test process, and between two test processes */
const PORT_OFFSET_STEP = 100;
const PORT_OFFSET_STEP_OF_PROCESS = 2_000;
let systems = 0;

export interface ExportedEvent {
  readonly event_type: string;
  readonly consistency: { readonly key: string; readonly value: number };
  readonly data: Readonly<Record<string, never>>;
  readonly position: string;
  readonly batch_id?: string;
  readonly causation?: string;
  readonly event_id: string;
  readonly sender: string;
}

export class System {
  readonly bank: Bank;
  readonly data: string;
  readonly #plans = new Map<string, ProcessPlan>();
  readonly #running = new Map<string, Supervised>();
  /** what the processes printed, for the failing test */
  readonly output: string[] = [];

  private constructor(data: string, plans: readonly ProcessPlan[]) {
    this.data = data;
    for (const plan of plans) this.#plans.set(plan.name, plan);
    const serviceOf = ({ name }: ProcessPlan) => name.replace(/-\d+$/, '');
    const services = [...new Set(plans.map(serviceOf))];
    this.bank = new Bank(
      Object.fromEntries(
        services.map((service) => [
          service,
          plans.filter((plan) => serviceOf(plan) === service).map(({ url }) => url),
        ]),
      ),
    );
  }

  /** Starts everything and waits until it is healthy. */
  static async start({
    instances = 1,
    redis,
  }: {
    instances?: number;
    redis?: string | undefined;
  } = {}): Promise<System> {
    const data = await mkdtemp(join(tmpdir(), 'autokrator-'));
    const pool = Number(process.env.VITEST_POOL_ID ?? 1) % 8;
    const portOffset =
      PORT_OFFSET_FIRST + pool * PORT_OFFSET_STEP_OF_PROCESS + (systems++ % 20) * PORT_OFFSET_STEP;
    const layout = { data, instances, portOffset, redis, logLevel: 'info' };
    const system = new System(data, [planBus(layout), ...planServices(layout)]);
    await system.up(...system.names());
    return system;
  }

  names(): string[] {
    return [...this.#plans.keys()];
  }

  url(name: string): string {
    return this.#plan(name).url;
  }

  pid(name: string): number {
    return this.#running.get(name)!.pid!;
  }

  /** Starts processes (the first one alone, it may be the bus) and waits until all are healthy. They are started again if they die. */
  async up(...names: string[]): Promise<void> {
    for (const name of names) {
      const plan = this.#plan(name);
      this.#running.set(
        name,
        supervise(plan, (from, line) => this.output.push(`[${from}] ${line}`), { restart: true }),
      );
      if (name === 'bus') await healthy(plan, START_TIMEOUT_MS);
    }
    await this.healthy(...names);
  }

  async healthy(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => healthy(this.#plan(name), START_TIMEOUT_MS)));
  }

  /** Stops processes the graceful way; they stay down until `up`. */
  async down(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#running.get(name)?.stop()));
    for (const name of names) this.#running.delete(name);
  }

  signal(name: string, signal: NodeJS.Signals): void {
    process.kill(this.pid(name), signal);
  }

  async stop(): Promise<void> {
    const names = [...this.#running.keys()];
    await this.down(...names.filter((name) => name !== 'bus'));
    await this.down('bus');
    await rm(this.data, { recursive: true, force: true });
  }

  /** Every event of the log, read by the product's own tool from the files. */
  async export(): Promise<ExportedEvent[]> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['dist/bus/cli.js', 'export', '--store', `log:${this.data}/log`],
      { maxBuffer: 2 ** 30 },
    );
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ExportedEvent);
  }

  #plan(name: string): ProcessPlan {
    const plan = this.#plans.get(name);
    if (plan === undefined) throw new Error(`There is no process ${name}.`);
    return plan;
  }
}
