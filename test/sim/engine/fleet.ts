import { SimInstance } from '../../../runtime/service/engine/testing/sim-service.js';
import type { RouteCall, RouteOutcome, ServiceModel } from '../../../runtime/service/types.js';
import { classicBank, modernBank } from './banks.js';
import { pick, type Stage } from './scenario.js';

/** The instances of the bank: those that run, and new ones for those that died. */
export class Fleet {
  readonly #model: ServiceModel;
  readonly #instances: SimInstance[] = [];

  constructor(private readonly stage: Stage) {
    this.#model = stage.scenario.style === 'modern' ? modernBank() : classicBank();
  }

  replaceTheDead(): void {
    const { world, state, scenario } = this.stage;
    while (this.living().length < scenario.instances)
      this.#instances.push(new SimInstance(world, `instance-${this.#instances.length}`, this.#model, state));
  }

  living(): SimInstance[] {
    return this.#instances.filter(({ alive }) => alive);
  }

  any(): SimInstance | undefined {
    return pick(this.stage.random, this.living());
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
    const route = this.#model.routes[0];
    if (!route) throw new Error('the bank has no route');
    const url = route.pattern;
    const call: RouteCall = {
      handler: route.handler,
      request: {
        method: route.method,
        path: url,
        url,
        args: {},
        query: {},
        headers: {},
        body,
        caller: undefined,
      },
      idempotencyKey: key,
      correlation: '00000000-0000-8000-8000-000000000000',
      waitApplied: this.stage.random.next() < 0.5,
    };
    return this.any()?.route(call, 5_000);
  }

  stop(): void {
    for (const { engine } of this.living()) void engine.stop();
  }
}
