import type { RouteCall, RouteOutcome, ServiceModel } from '../../../runtime/service/types.js';
import type { Bus } from '../bus/bus.js';
import type { World } from '../world.js';
import { Instance } from './instance.js';
import type { Scenario } from './scenario.js';
import type { SharedState } from './shared-state.js';

const CORRELATION = '00000000-0000-8000-8000-000000000000';
/** A caller gives up after this time, and asks again. */
const CALL_MS = 5_000;
/** Instances that were started beyond those that the scenario wants. */
const GUESTS_MAX = 1;

/** The instances of the bank: those that run, and new ones for those that died or left. */
export class Fleet {
  readonly #instances: Instance[] = [];

  constructor(
    private readonly world: World,
    private readonly scenario: Scenario,
    private readonly parts: {
      readonly model: ServiceModel;
      readonly bus: Bus;
      readonly state: SharedState;
    },
  ) {}

  replaceTheDead(): void {
    while (this.#staying().length < this.scenario.instances) this.#start();
  }

  /** One more than is wanted joins. */
  join(): void {
    if (this.#staying().length < this.scenario.instances + GUESTS_MAX) this.#start();
  }

  living(): Instance[] {
    return this.#instances.filter(({ alive }) => alive);
  }

  any(): Instance | undefined {
    const living = this.living();
    return living.length === 0 ? undefined : this.world.chance.of(living);
  }

  isLive(): boolean {
    return this.living().some(({ engine }) => engine.state().kind === 'live');
  }

  /** Those that were stopped go on. */
  go(): void {
    for (const { process } of this.#instances) process.go();
  }

  /** Calls the withdrawal route of any instance. @returns undefined if it never answered */
  async withdraw(key: string, body: { id: string; amount: number }): Promise<RouteOutcome | undefined> {
    const route = this.parts.model.routes[0];
    if (!route) throw new Error('the bank has no route');
    const { method, pattern, handler } = route;
    const nothing = { args: {}, query: {}, headers: {}, caller: undefined };
    const call: RouteCall = {
      handler,
      request: { ...nothing, method, path: pattern, url: pattern, body },
      idempotencyKey: key,
      correlation: CORRELATION,
      waitApplied: this.world.chance.percent(50),
    };
    return this.any()?.route(call, CALL_MS);
  }

  leave(): void {
    for (const instance of this.living()) instance.leave();
  }

  #staying(): Instance[] {
    return this.#instances.filter(({ staying }) => staying);
  }

  #start(): void {
    const name = `instance-${this.#instances.length}`;
    this.#instances.push(new Instance(this.world, name, this.scenario.faults, this.parts));
  }
}
