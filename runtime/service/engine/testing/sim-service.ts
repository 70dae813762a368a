import { uuidV7Source } from '../../../../common/ids.js';
import { type Random, seededRandom } from '../../../../common/random.js';
import type { Engine, RouteCall, RouteOutcome, ServiceModel, UpdateSink } from '../../types.js';
import { createEngine } from '../engine.js';
import type { EngineLimits, EngineLog } from '../options.js';
import type { SimBus } from './sim-bus.js';
import { SimPort } from './sim-port.js';
import { SimProcess } from './sim-process.js';
import { type CommitFault, type SimState, SimStore } from './sim-store.js';
import type { VirtualTime } from './virtual-time.js';

/** How likely each fault is, per occasion, from 0 to 1. */
export interface Faults {
  killAtCommit: number;
  killAtSend: number;
  disconnect: number;
  storeAway: number;
}

export const NO_FAULTS: Faults = { killAtCommit: 0, killAtSend: 0, disconnect: 0, storeAway: 0 };

export interface SimWorld {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly bus: SimBus;
  readonly log: EngineLog;
  readonly limits: Partial<EngineLimits>;
  /** of all instances; absent = nobody watches */
  readonly updates?: UpdateSink;
  faults: Faults;
}

/** One instance of a service: the real engine in a process that can die, over the shared state and the bus. */
export class SimInstance {
  readonly process: SimProcess;
  readonly engine: Engine;
  readonly #port: SimPort;

  constructor(
    private readonly world: SimWorld,
    readonly name: string,
    model: ServiceModel,
    state: SimState,
  ) {
    const { time, bus, log, limits, random, updates } = world;
    this.process = new SimProcess(name, () => this.#port.cut());
    const latency = () => random.next() * 4;
    const store = new SimStore(state, this.process, { latency, commit: () => this.#commitFault() });
    this.#port = new SimPort(bus, time, this.process, { latency, sending: () => this.#sendFault() });
    const chance = seededRandom(random.int(2 ** 32));
    this.engine = createEngine({
      model,
      store,
      bus: this.#port,
      clock: time,
      random: chance,
      ids: uuidV7Source(time, chance),
      log,
      instance: { id: name },
      limits,
      ...(updates && { updates }),
      timers: this.process.timers(time),
    });
    void this.engine.start();
  }

  get alive(): boolean {
    return this.process.alive;
  }

  cut(): void {
    if (this.alive) this.#port.cut();
  }

  /** undefined = the process died, or never answered */
  route(call: RouteCall, limitMs: number): Promise<RouteOutcome | undefined> {
    if (!this.alive) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.world.time.after(limitMs, () => resolve(undefined));
      this.process.enter(() => void this.engine.route(call).then(resolve));
    });
  }

  #commitFault(): CommitFault {
    const { faults } = this.world;
    if (this.#happens(faults.killAtCommit)) return this.#happens(0.5) ? 'kill-before' : 'kill-after';
    if (this.#happens(faults.storeAway))
      return this.#happens(0.5) ? 'unavailable-before' : 'unavailable-after';
    return 'none';
  }

  #sendFault() {
    const { faults } = this.world;
    if (this.#happens(faults.killAtSend)) return this.#happens(0.5) ? 'kill-before' : 'kill-after';
    return this.#happens(faults.disconnect) ? 'disconnect' : 'none';
  }

  #happens(share: number): boolean {
    return share > 0 && this.world.random.next() < share;
  }
}
