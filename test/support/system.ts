/**
 * The whole system as real processes, in a folder and on ports of its own: what `npm start` starts, for tests that stop, kill and
 * look into them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PastStates } from '../../deploy/as-of/past-states.js';
import { serveControl } from '../../deploy/control.js';
import { Filling } from '../../deploy/filling.js';
import {
  addressesOf,
  type Layout,
  type ProcessPlan,
  planBus,
  planGateway,
  planPast,
  planServices,
} from '../../deploy/layout.js';
import { Bank, type BankOptions, type SentEvent } from '../../deploy/populate/bank.js';
import { provideRights, type Tokens } from '../../deploy/rights.js';
import { healthy, type Supervised, supervise } from '../../deploy/supervisor.js';
import { PASSWORD } from './customer.js';
import { admitHistorian } from './historian.js';
import { type PortOffset, takePortOffset } from './port-offset.js';

const PATIENCE_MS = 30_000;
/** How the gateway of a system is started. */
export interface GatewayOptions {
  /** false: nobody signs in */
  readonly auth?: boolean;
  /** names of users who may use the observatory */
  readonly operators?: readonly string[];
  /** operators may kill processes and fill the bank */
  readonly demonstration?: boolean;
  /** folder of the built pages */
  readonly pages?: string;
}

export interface SystemOptions {
  readonly instances?: number;
  /** a gateway too; without it, bus and services only */
  readonly gateway?: GatewayOptions | undefined;
  /** `redis://…`, or undefined for the embedded state store */
  readonly redis?: string | undefined;
  /** how long a process may take to become healthy */
  readonly patienceMs?: number;
  readonly bank?: Partial<BankOptions>;
  /** a client that may write credits straight into the log */
  readonly historian?: boolean;
  /** changes how a process is started */
  readonly adapt?: (plan: ProcessPlan) => ProcessPlan | Promise<ProcessPlan>;
}

export interface ExportedEvent {
  readonly event_type: string;
  readonly consistency: { readonly key: string; readonly value: number };
  readonly data: Readonly<Record<string, never>>;
  readonly position: string;
  readonly batch_id?: string;
  /** UUID text */
  readonly correlation: string;
  readonly causation?: string;
  readonly event_id: string;
  readonly sender: string;
  /** RFC 3339 */
  readonly time: string;
}

export class System {
  readonly bank: Bank;
  readonly data: string;
  /** states as they were, as the launcher shows them */
  readonly past: PastStates;
  readonly #plans = new Map<string, ProcessPlan>();
  readonly #running = new Map<string, Supervised>();
  /** what the processes printed, for the failing test */
  readonly output: string[] = [];

  private constructor(
    data: string,
    plans: readonly ProcessPlan[],
    private readonly patienceMs: number,
    private readonly tokens: Tokens,
    private readonly ports: PortOffset,
    bank: Partial<BankOptions> | undefined,
  ) {
    this.data = data;
    for (const plan of plans) this.#plans.set(plan.name, plan);
    const eventsOf = async (correlation: string) =>
      ((await this.askBus(`/correlations/${correlation}`)).events ?? []) as readonly SentEvent[];
    this.bank = new Bank(addressesOf(plans), { eventsOf, ...bank });
    const portOffset = ports.value;
    this.past = new PastStates({
      plan: (service, at) => planPast({ data, portOffset, logLevel: 'info', tokens }, service, at),
      say: (from, line) => this.output.push(`[${from}] ${line}`),
    });
  }

  /** Starts everything and waits until it is healthy. */
  static async start(options: SystemOptions = {}): Promise<System> {
    const {
      instances = 1,
      redis,
      patienceMs = PATIENCE_MS,
      bank,
      gateway,
      historian,
      adapt = (plan) => plan,
    } = options;
    const data = await mkdtemp(join(tmpdir(), 'autokrator-'));
    const tokens = await provideRights(data);
    if (historian) await admitHistorian(data);
    const layout = { data, instances, redis, logLevel: 'info', tokens };
    const plansAt = (portOffset: number) => [
      planBus({ ...layout, portOffset }),
      ...planServices({ ...layout, portOffset }),
      ...(gateway === undefined ? [] : [frontOf({ ...layout, portOffset }, gateway)]),
    ];
    const ports = await takePortOffset((offset) =>
      plansAt(offset).map(({ url }) => Number(new URL(url).port)),
    );
    const plans = await Promise.all(plansAt(ports.value).map(adapt));
    const system = new System(data, plans, patienceMs, tokens, ports, bank);
    try {
      await system.up(...system.names());
      // Their names cannot be registered at the gateway.
      for (const name of gateway?.operators ?? []) await system.bank.register(name, PASSWORD);
    } catch (error) {
      await system.stop();
      throw new Error(system.output.join('\n'), { cause: error });
    }
    return system;
  }

  names(): string[] {
    return [...this.#plans.keys()];
  }

  url(name: string): string {
    return this.#plan(name).url;
  }

  /** The JSON that the bus's HTTP side answers an operator. */
  async askBus(path: string): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${this.tokens.operator}` };
    return (await fetch(`${this.url('bus')}${path}`, { headers })).json() as Promise<Record<string, unknown>>;
  }

  pid(name: string): number {
    return this.#running.get(name)!.pid!;
  }

  /** Starts processes (the first one alone, it may be the bus) and waits until all are healthy. They are started again if they die. */
  async up(...names: string[]): Promise<void> {
    for (const name of names) {
      const plan = this.#plan(name);
      const started = supervise(plan, (from, line) => this.output.push(`[${from}] ${line}`), {
        restart: true,
      });
      this.#running.set(name, started);
      if (name === 'gateway') this.#control(started);
      if (name === 'bus') await healthy(plan, this.patienceMs);
    }
    await this.healthy(...names);
  }

  async healthy(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => healthy(this.#plan(name), this.patienceMs)));
  }

  /** Stops processes the graceful way; they stay down until `up`. */
  async down(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#running.get(name)?.stop()));
    for (const name of names) this.#running.delete(name);
  }

  /** kill -9; they stay down until `up`. */
  async kill(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#running.get(name)?.stop('SIGKILL')));
    for (const name of names) this.#running.delete(name);
  }

  /** A process is killed, and is back and healthy afterwards, whatever happened meanwhile. */
  async whileDown(name: string, happens: () => Promise<void>): Promise<void> {
    await this.kill(name);
    try {
      await happens();
    } finally {
      await this.up(name);
    }
  }

  /** A process that is killed so is started again. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#running.get(name)?.signal(signal);
  }

  /** Stops everything and forgets what was kept, unless somebody has to look at it. */
  async stop({ keep = false } = {}): Promise<void> {
    const names = [...this.#running.keys()];
    await this.past.stop();
    await this.down(...names.filter((name) => name !== 'bus'));
    await this.down('bus');
    this.ports.giveBack();
    if (!keep) await rm(this.data, { recursive: true, force: true });
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

  /** Does for the gateway's operators what the launcher does. */
  #control(gateway: Supervised): void {
    const processes = () => [...this.#running.values()].filter((process) => process !== gateway);
    serveControl(gateway, { processes, filling: new Filling(this.bank), past: this.past });
  }

  #plan(name: string): ProcessPlan {
    const plan = this.#plans.get(name);
    if (plan === undefined) throw new Error(`There is no process ${name}.`);
    return plan;
  }
}

function frontOf(
  layout: Layout,
  { auth = true, operators = [], demonstration = false, pages }: GatewayOptions,
): ProcessPlan {
  const demoUsers = demonstration ? [] : undefined;
  const plan = planGateway(layout, { host: 'localhost', auth, operators, demoUsers, pages });
  // All of a test's people come from one address.
  return { ...plan, args: [...plan.args, '--request-rate', '0'] };
}

/** `accounts-2` is an instance of `accounts`. */
export function serviceOf(name: string): string {
  return name.replace(/-\d+$/, '');
}
