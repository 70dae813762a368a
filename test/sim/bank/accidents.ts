import type { World } from '../world.js';
import type { Fleet } from './fleet.js';
import type { Instance } from './instance.js';
import type { Scenario } from './scenario.js';
import type { SharedState } from './shared-state.js';

/** What happens to whole instances of the bank and to its state, now and then, as the scenario wants it. */
export class Accidents {
  readonly #happenings: readonly (() => void | Promise<void>)[];

  constructor(
    private readonly world: World,
    { wipes, setBacks }: Scenario,
    private readonly fleet: Fleet,
    private readonly state: SharedState,
  ) {
    this.#happenings = [
      () => fleet.any()?.process.kill(),
      () => fleet.any()?.cut(),
      () => this.#stop(fleet.any()),
      () => fleet.any()?.leave(),
      () => fleet.join(),
      () => this.#outage(),
      ...(wipes ? [() => state.wipe()] : []),
      ...(setBacks ? [() => this.#setBack(), () => this.#setBack()] : []),
    ];
  }

  async happen(): Promise<void> {
    await this.world.chance.of(this.#happenings)();
    this.fleet.replaceTheDead();
  }

  /** As by SIGSTOP: shorter or longer than the bus waits for an acknowledgement. */
  #stop(instance: Instance | undefined): void {
    if (!instance) return;
    const { agenda, chance, options } = this.world;
    instance.process.stop();
    agenda.in(chance.between(1, 2 * options.ackDeadlineMs), () => instance.process.go());
  }

  #outage(): void {
    const { state } = this;
    state.away = true;
    this.world.agenda.in(this.world.chance.between(5, 300), () => {
      state.away = false;
    });
  }

  /**
   * The state becomes a copy made some time before: while every instance is dead, or under those that run, as when a server starts
   * again with less than it had.
   */
  async #setBack(): Promise<void> {
    const { chance } = this.world;
    if (chance.percent(50)) return this.state.remember();
    const empty = chance.percent(50);
    if ((await this.state.setBack()) && empty)
      for (const instance of this.fleet.living()) instance.process.kill();
  }
}
