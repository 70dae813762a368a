/**
 * The whole system with a hand on everything that can fail: every process, every connection of a service to the bus and to
 * Redis (each through a link of its own), Redis itself and the folders of the embedded states.
 */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProcessPlan, SERVICE_PORTS } from '../../deploy/layout.js';
import { RedisServer } from '../support/redis-server.js';
import { System, serviceOf } from '../support/system.js';
import { ACK_DEADLINE_MS, type Targets } from './fault.js';
import { Link } from './link.js';

const HEARTBEAT = '1s';
/** The machine may be busy with other things; nothing here is a measurement. */
const PATIENCE_MS = 180_000;
/** A try that meets a stopped process is given up before that process wakes up: then it is asked for twice. */
const ANSWER_MS = 4_000;

export interface Configuration {
  /** of each service */
  readonly instances: number;
  readonly state: 'embedded' | 'redis';
}

export class Rig {
  private constructor(
    readonly system: System,
    readonly links: ReadonlyMap<string, Link>,
    readonly redis: RedisServer | undefined,
    private readonly redisFolder: string | undefined,
  ) {}

  static async start({ instances, state }: Configuration): Promise<Rig> {
    const links = new Map<string, Link>();
    const folder = state === 'redis' ? await mkdtemp(join(tmpdir(), 'redis-')) : undefined;
    const redis = folder === undefined ? undefined : await RedisServer.start(folder, { appendOnly: true });
    const linkFrom = async (plan: ProcessPlan, name: string, address: string): Promise<string> => {
      const url = new URL(address);
      const link = await Link.open({ host: url.hostname, port: Number(url.port) });
      links.set(`${plan.name} → ${name}`, link);
      url.hostname = '127.0.0.1';
      url.port = String(link.port);
      return url.href;
    };
    try {
      const system = await System.start({
        instances,
        redis: redis?.url(0),
        patienceMs: PATIENCE_MS,
        bank: { patienceMs: PATIENCE_MS, answerMs: ANSWER_MS },
        async adapt(plan) {
          if (plan.name === 'bus')
            return {
              ...plan,
              args: [...plan.args, '--ack-deadline', `${ACK_DEADLINE_MS}ms`, '--heartbeat', HEARTBEAT],
            };
          const at = plan.args.indexOf('-s') + 1;
          const args = plan.args.with(at, await linkFrom(plan, 'bus', plan.args[at]!));
          const given = plan.env?.AUTOKRATOR_REDIS;
          if (given === undefined) return { ...plan, args };
          const env = { ...plan.env, AUTOKRATOR_REDIS: await linkFrom(plan, 'redis', given) };
          return { ...plan, args, env };
        },
      });
      return new Rig(system, links, redis, folder);
    } catch (error) {
      await closeAll(links, redis);
      throw error;
    }
  }

  targets(): Targets {
    return {
      processes: this.system.names(),
      services: Object.keys(SERVICE_PORTS),
      links: [...this.links.keys()].sort(),
      redis: this.redis !== undefined,
    };
  }

  instancesOf(service: string): string[] {
    return this.system.names().filter((name) => serviceOf(name) === service);
  }

  /** Folder of the embedded state of a service. */
  stateOf(service: string): string {
    return join(this.system.data, 'state', service);
  }

  /** Where older copies are kept. */
  copyOf(name: string): string {
    return join(this.system.data, 'copies', name);
  }

  /** Stops everything; what was kept is deleted unless somebody has to look at it. */
  async stop({ keep }: { keep: boolean }): Promise<void> {
    await this.system.stop({ keep });
    await closeAll(this.links, this.redis);
    if (this.redisFolder === undefined) return;
    if (keep) await rename(this.redisFolder, join(this.system.data, 'redis'));
    else await rm(this.redisFolder, { recursive: true });
  }
}

async function closeAll(links: ReadonlyMap<string, Link>, redis: RedisServer | undefined): Promise<void> {
  await Promise.all([...links.values()].map((link) => link.close()));
  await redis?.stop();
}
