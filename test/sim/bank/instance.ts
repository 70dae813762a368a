import { uuidV7Source } from '../../../common/ids.js';
import { seededRandom } from '../../../common/random.js';
import { createEngine } from '../../../runtime/service/engine/engine.js';
import type { EngineLimits, EngineLog } from '../../../runtime/service/engine/options.js';
import { SimProcess } from '../../../runtime/service/engine/testing/sim-process.js';
import type { Engine, RouteCall, RouteOutcome, ServiceModel } from '../../../runtime/service/types.js';
import type { Bus } from '../bus/bus.js';
import type { World } from '../world.js';
import { Port, type SendFault } from './port.js';
import { type CommitFault, type SharedState, StateAccess } from './shared-state.js';

/** How likely each fault is, in 1000 occasions. */
export interface Faults {
  readonly killAtCommit: number;
  readonly killAtSend: number;
  readonly disconnect: number;
  readonly storeAway: number;
}

/** The clocks of two machines differ: so far off each may be, in both directions. */
const SKEW_MAX_MS = 200;

/** One instance of the bank: the real engine in a process that can die, over the shared state and the bus. */
export class Instance {
  readonly process: SimProcess;
  readonly engine: Engine;
  readonly #port: Port;
  #leaving = false;

  constructor(
    private readonly world: World,
    readonly name: string,
    private readonly faults: Faults,
    parts: { readonly model: ServiceModel; readonly bus: Bus; readonly state: SharedState },
  ) {
    const { agenda, chance } = world;
    this.process = new SimProcess(name, () => this.#port.end());
    this.#port = new Port(world, parts.bus, this.process, () => this.#sendFault());
    const random = seededRandom(chance.between(0, 2 ** 31));
    const skewMs = chance.between(-SKEW_MAX_MS, SKEW_MAX_MS);
    const clock = { now: () => agenda.now + skewMs };
    this.engine = createEngine({
      model: parts.model,
      store: new StateAccess(parts.state, this.process, () => this.#commitFault()),
      bus: this.#port,
      clock,
      random,
      ids: uuidV7Source(clock, random),
      log: tracingLog(world, name),
      instance: { id: name },
      limits: limitsFor(world),
      timers: this.process.timers(agenda),
    });
    void this.engine.start();
  }

  get alive(): boolean {
    return this.process.alive;
  }

  /** Alive, and means to stay. */
  get staying(): boolean {
    return this.alive && !this.#leaving;
  }

  cut(): void {
    if (this.alive) this.#port.cut();
  }

  /** A graceful stop: finishes, hands over, and ends. */
  leave(): void {
    if (!this.staying) return;
    this.#leaving = true;
    void this.engine.stop().then(() => this.process.kill());
  }

  /** undefined = the process died, or never answered */
  route(call: RouteCall, limitMs: number): Promise<RouteOutcome | undefined> {
    if (!this.alive) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.world.agenda.in(limitMs, () => resolve(undefined));
      this.process.enter(() => void this.engine.route(call).then(resolve));
    });
  }

  #commitFault(): CommitFault {
    const { chance } = this.world;
    if (this.#happens(this.faults.killAtCommit)) return chance.of(['kill-before', 'kill-after'] as const);
    if (this.#happens(this.faults.storeAway))
      return chance.of(['unavailable-before', 'unavailable-after'] as const);
    return 'none';
  }

  #sendFault(): SendFault {
    if (this.#happens(this.faults.killAtSend))
      return this.world.chance.of(['kill-before', 'kill-after'] as const);
    return this.#happens(this.faults.disconnect) ? 'disconnect' : 'none';
  }

  #happens(in1000: number): boolean {
    const { faults, chance } = this.world;
    return faults && in1000 > 0 && chance.between(1, 1000) <= in1000;
  }
}

/** Short times, so that a short run sees the end of every one of them. */
function limitsFor({ options }: World): Partial<EngineLimits> {
  return {
    handlerMs: Math.floor(options.ackDeadlineMs * 0.8),
    routeMs: 3_000,
    busWaitMs: 500,
    contentionWaitMs: 200,
    appliedWaitMs: 500,
    leaseMs: 400,
    pageEvents: 7,
    retryMs: 10,
    retryMaxMs: 100,
    sweepMs: 300,
    entryStaleMs: 700,
    stopMs: 500,
  };
}

function tracingLog({ agenda, trace }: World, name: string): EngineLog {
  const log = (level: string) => (details: object, message: string) =>
    trace.add(agenda.now, `${name} ${level}`, { message, details: String(JSON.stringify(details)) });
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
