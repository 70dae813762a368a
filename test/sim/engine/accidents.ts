import type { SimInstance } from '../../../runtime/service/engine/testing/sim-service.js';
import type { MemoryState } from '../../../runtime/state/memory/memory-state.js';
import type { Fleet } from './fleet.js';
import { pick, type Stage } from './scenario.js';

/** What happens to whole processes and to the state, now and then, as the scenario wants it. */
export class Accidents {
  #copy: MemoryState | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly fleet: Fleet,
  ) {}

  async keepHappening(goOn: () => boolean): Promise<void> {
    const { time, random } = this.stage;
    const accidents = this.#wanted();
    while (goOn()) {
      await time.sleep(20 + random.next() * 150);
      if (!goOn()) return;
      pick(random, accidents)?.();
      this.fleet.replaceTheDead();
    }
  }

  #wanted(): (() => void)[] {
    const { accidents, busCrashes, wipes, setBacks } = this.stage.scenario;
    const { fleet } = this;
    return [
      ...(accidents
        ? [() => fleet.any()?.process.kill(), () => fleet.any()?.cut(), () => this.#stop(fleet.any())]
        : []),
      ...(busCrashes ? [() => this.#crashBus()] : []),
      ...(wipes ? [() => this.stage.state.wipe()] : []),
      ...(setBacks ? [() => this.#setBack()] : []),
    ];
  }

  /** As by SIGSTOP: shorter or longer than the bus waits for an acknowledgement. */
  #stop(instance: SimInstance | undefined): void {
    if (!instance) return;
    instance.process.stop();
    this.stage.time.after(this.stage.random.next() * 6_000, () => instance.process.go());
  }

  #crashBus(): void {
    const { bus, time, random } = this.stage;
    if (!bus.up) return;
    bus.crash();
    time.after(50 + random.next() * 100, () => void bus.start());
  }

  /**
   * The state becomes a copy made some time before: while every instance is dead, or under those that run, as when a server starts
   * again with less than it had.
   */
  #setBack(): void {
    const { random, state } = this.stage;
    if (this.#copy && random.next() < 0.5) {
      if (random.next() < 0.5) for (const instance of this.fleet.living()) instance.process.kill();
      state.setBack(this.#copy);
      this.#copy = undefined;
    } else {
      void state.snapshot().then((copy) => {
        this.#copy = copy;
      });
    }
  }
}
