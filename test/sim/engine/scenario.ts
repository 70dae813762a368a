import { type Random, seededRandom } from '../../../common/random.js';
import { SimBus } from '../../../runtime/service/engine/testing/sim-bus.js';
import type { Faults, SimWorld } from '../../../runtime/service/engine/testing/sim-service.js';
import { SimState } from '../../../runtime/service/engine/testing/sim-store.js';
import { VirtualTime } from '../../../runtime/service/engine/testing/virtual-time.js';

/** What one run is made of; everything else follows from the seed. */
export interface Scenario {
  readonly style: 'modern' | 'classic';
  readonly instances: number;
  readonly faults: Faults;
  /** killing, stopping and cutting whole processes now and then */
  readonly accidents: boolean;
  /** the bus crashes now and then */
  readonly busCrashes: boolean;
  /** the state is wiped under running instances */
  readonly wipes: boolean;
  /** the state becomes an older copy */
  readonly setBacks: boolean;
  readonly requests: number;
}

/** What everybody in the simulation shares. */
export interface Stage {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly bus: SimBus;
  readonly state: SimState;
  readonly world: SimWorld;
  /** what the engines logged */
  readonly lines: string[];
}

const START = 1_800_000_000_000;

/** Bounds are small, so that a short run reaches every one of them. */
export function createStage(seed: number, scenario: Scenario): Stage {
  const time = new VirtualTime(START);
  const random = seededRandom(seed);
  const lines: string[] = [];
  const log = (level: string) => (details: object, message: string) => {
    lines.push(`${time.now() - START} ${level} ${message} ${JSON.stringify(details)}`);
  };
  const bus = new SimBus(time, () => random.next() * 3, {
    ackDeadlineMs: 3_000,
    retryDelayMs: 50,
    retryDelayMaxMs: 200,
    attemptsMax: 20,
    laneInFlightMax: 4,
  });
  const world: SimWorld = {
    time,
    random,
    bus,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    limits: {
      handlerMs: 2_500,
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
    },
    faults: scenario.faults,
  };
  return { scenario, time, random, bus, state: new SimState(time), world, lines };
}

export function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[random.int(Math.max(1, items.length))];
}

/** Resolves when it holds. @throws Error if it does not within two minutes */
export async function condition(time: VirtualTime, holds: () => boolean): Promise<void> {
  for (let n = 0; !holds(); n++) {
    if (n > 6_000) throw new Error(`never happens: ${holds}`);
    await time.sleep(20);
  }
}
